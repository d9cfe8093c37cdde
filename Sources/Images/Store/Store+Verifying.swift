import GRDB
import Linux
import OCI
import Synchronization
import SystemPackage

extension Store {
    /// Compares layers with what was committed. Each is compared once in the life of this object.
    ///
    /// One walk without reading content tells whether any file was touched since (`RootedDirectory.summary`). Only where
    /// one was (or where all of the store was copied, which looks the same) is the layer looked at closely: its names,
    /// kinds, sizes, modes, owners and times, then, where the digest of its archive is known, its content.
    ///
    /// Where things are only looked up, a large layer that was compared a moment ago, by whatever process, is believed: it
    /// is compared again before anybody reads it.
    ///
    /// - Throws: `.corrupt`, naming the file, when somebody changed a layer; the store has forgotten it then.
    package func verify(_ snapshots: [SnapshotID]) throws(ImageError) {
        for snapshot in snapshots {
            guard exists(snapshot) else {
                try forget(snapshot, because: "is missing")
                throw missing(snapshot)
            }
            if state.withLock({ $0.verified.contains(snapshot) }) { continue }
            try compare(snapshot)
            state.withLock { _ = $0.verified.insert(snapshot) }
        }
    }

    /// The same on a thread of its own. Whoever asks about a layer that is being compared waits for that.
    package func verifyAside(_ snapshots: [SnapshotID]) async throws(ImageError) {
        let fresh = state.withLock { state in snapshots.filter { !state.verified.contains($0) } }
        for snapshot in fresh { try await comparison(of: snapshot).value.get() }
        // All were compared: this only looks whether they are still there.
        try verify(snapshots)
    }

    /// Begins to compare layers that will be asked about later, by ``verifyAside(_:)`` or ``verify(_:)``: there is time
    /// for it while a build looks its steps up.
    package func verifyAhead(_ snapshots: [SnapshotID]) {
        let fresh = state.withLock { state in snapshots.filter { !state.verified.contains($0) } }
        for snapshot in fresh { _ = comparison(of: snapshot) }
    }

    private func comparison(of snapshot: SnapshotID) -> Task<Result<Void, ImageError>, Never> {
        state.withLock { state in
            if let underWay = state.comparisons[snapshot] { return underWay }
            let started = Task { () -> Result<Void, ImageError> in
                let result = await DedicatedThread.run { () -> Result<Void, ImageError> in
                    do throws(ImageError) { return .success(try self.verify([snapshot])) } catch {
                        return .failure(error)
                    }
                }
                self.state.withLock { $0.comparisons[snapshot] = nil }
                return result
            }
            state.comparisons[snapshot] = started
            return started
        }
    }

    private struct Committed {
        var summary: String?
        var fingerprint: String
        var diffID: String?
        var added: Int64
        var entries: Int

        /// Fewer are sooner walked than it is worth to remember that.
        var isLarge: Bool { entries >= 2000 }
    }

    private func compare(_ snapshot: SnapshotID) throws(ImageError) {
        let committed = try read("read about a layer") { database in
            try Row.fetchOne(
                database, sql: "SELECT summary, fingerprint, diff_id, added, entries FROM snapshots WHERE id = ?",
                arguments: [snapshot.description]
            ).map {
                Committed(
                    summary: $0["summary"], fingerprint: $0["fingerprint"], diffID: $0["diff_id"], added: $0["added"],
                    entries: $0["entries"])
            }
        }
        guard let committed else { throw missing(snapshot) }
        let mark = ComparisonMark(folder: folder(of: snapshot))
        if isLookup, committed.isLarge, mark.isFresh { return }
        let root = try rooted(directory(of: snapshot))
        // A tree that cannot even be walked is looked at closely, which says what is wrong with it.
        let summary = try? root.summary()
        if let summary, committed.summary == summary {
            if committed.isLarge { mark.set() }
            return
        }
        guard !isLookup else { throw ImageError(.corrupt, "the layer \(snapshot) in the store may be damaged") }
        let listing = try LayerWalk(root: root, ids: ids).listing()
        // An older program's fingerprint cannot be compared: such a layer is made again.
        guard committed.fingerprint == SnapshotRecord(listing).fingerprint else {
            let file = SnapshotRecord.firstDifference(of: listing, from: record(of: snapshot))
            throw try damaged(snapshot, file.map { "is damaged at \($0)" } ?? "is damaged")
        }
        if committed.summary != nil {
            // Names and sizes are as they were, and something was written: only content can tell what.
            guard let known = committed.diffID else {
                let paths = listing.entries.lazy.filter { !$0.isDirectory && !$0.isRoot }.map(\.path)
                let file = root.firstChanged(after: committed.added + 1, of: paths)
                throw try damaged(snapshot, file.map { "is damaged at /\($0)" } ?? "was changed")
            }
            // Forgets the layer when its digest is another one.
            state.withLock { _ = $0.verified.insert(snapshot) }
            do throws(ImageError) {
                guard try packBlocking(snapshot, into: NullSink()).diffID.description == known else {
                    throw missing(snapshot)
                }
            } catch {
                state.withLock { _ = $0.verified.remove(snapshot) }
                throw error
            }
        }
        guard let summary else { return }
        try write("record what a layer looks like") { database in
            try database.execute(
                sql: "UPDATE snapshots SET summary = ? WHERE id = ?", arguments: [summary, snapshot.description])
        }
    }

    private func damaged(_ snapshot: SnapshotID, _ words: String) throws(ImageError) -> ImageError {
        try forget(snapshot, because: words)
        return ImageError(
            .corrupt, "the layer \(snapshot) in the store \(words)",
            hint: "build or load the image again: what needs the layer is made anew")
    }
}
