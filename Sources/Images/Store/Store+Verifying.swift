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
        for snapshot in uncompared(snapshots) { try await comparison(of: snapshot).value.get() }
        // All were compared: this only looks whether they are still there.
        try verify(snapshots)
    }

    /// Begins to compare layers that will be asked about later, by ``verifyAside(_:)`` or ``verify(_:)``: there is time
    /// for it while a build looks its steps up.
    package func verifyAhead(_ snapshots: [SnapshotID]) {
        for snapshot in uncompared(snapshots) { _ = comparison(of: snapshot) }
    }

    private func uncompared(_ snapshots: [SnapshotID]) -> [SnapshotID] {
        state.withLock { state in snapshots.filter { !state.verified.contains($0) } }
    }

    private func comparison(of snapshot: SnapshotID) -> Task<Result<Void, ImageError>, Never> {
        state.withLock { state in
            if let underWay = state.comparisons[snapshot] { return underWay }
            let started = Task { () -> Result<Void, ImageError> in
                let result = await DedicatedThread.result { () throws(ImageError) in try self.verify([snapshot]) }
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
        let before = try committed(snapshot)
        if before.isLarge, isLookup, ComparisonMark(folder: folder(of: snapshot)).isFresh { return }
        if try looks(snapshot, as: before) { return }
        guard !isLookup else { throw ImageError(.corrupt, "the layer \(snapshot) in the store may be damaged") }
        // One thread at a time, as it reads and records, or removes, all of a layer. What another found out meanwhile is
        // in the database.
        try closeComparison.withLock { _ throws(ImageError) in
            let now = try committed(snapshot)
            if try !looks(snapshot, as: now) { try compareClosely(snapshot, with: now) }
        }
    }

    private func committed(_ snapshot: SnapshotID) throws(ImageError) -> Committed {
        let row = try read("read about a layer") { database in
            try Row.fetchOne(
                database, sql: "SELECT summary, fingerprint, diff_id, added, entries FROM snapshots WHERE id = ?",
                arguments: [snapshot.description]
            ).map {
                Committed(
                    summary: $0["summary"], fingerprint: $0["fingerprint"], diffID: $0["diff_id"], added: $0["added"],
                    entries: $0["entries"])
            }
        }
        guard let row else { throw missing(snapshot) }
        return row
    }

    /// Whether no file of a layer was touched. A tree that is gone, or cannot be walked, looks like nothing.
    private func looks(_ snapshot: SnapshotID, as committed: Committed) throws(ImageError) -> Bool {
        let summary = try summary(of: snapshot)
        guard let summary, let known = committed.summary, known == summary.text || known == summary.walk else {
            return false
        }
        if committed.isLarge { ComparisonMark(folder: folder(of: snapshot)).set() }
        return true
    }

    /// What a layer looks like; nil where it cannot be walked, which a lack of ours never says about the layer.
    private func summary(of snapshot: SnapshotID) throws(ImageError) -> LayerLooks? {
        do throws(LinuxError) {
            return try LayerLooks(RootedDirectory(at: directory(of: snapshot)))
        } catch {
            guard error.isLack else { return nil }
            throw ImageError(error)
        }
    }

    /// What is wrong with a layer, if anything; else it is noted what the layer looks like now.
    private func compareClosely(_ snapshot: SnapshotID, with committed: Committed) throws(ImageError) {
        let root = try rooted(directory(of: snapshot))
        // Before content is read: what is changed after that shows.
        let summary = try summary(of: snapshot)
        let listing = try LayerWalk(root: root, ids: ids).listing()
        // An older program's fingerprint cannot be compared: such a layer is made again.
        guard committed.fingerprint == SnapshotRecord(listing).fingerprint else {
            let file = SnapshotRecord.firstDifference(of: listing, from: record(of: snapshot))
            throw try damaged(snapshot, file.map { "is damaged at \($0)" } ?? "is damaged")
        }
        if let known = committed.summary.map(LayerLooks.init(text:)),
            committed.diffID != nil || known.inode == nil || known.inode == summary?.inode
        {
            // Names and sizes are as they were, and something was written: only content can tell what.
            guard let known = committed.diffID else {
                let paths = listing.entries.lazy.filter { !$0.isDirectory && !$0.isRoot }.map(\.path)
                let file: FilePath?
                do throws(LinuxError) {
                    file = try root.firstChanged(after: committed.added + 1, of: paths)
                } catch {
                    throw ImageError(error)
                }
                throw try damaged(snapshot, file.map { "is damaged at /\($0)" } ?? "was changed")
            }
            // Forgets the layer when its digest is another one.
            guard try packBlocking(snapshot, listing, into: NullSink()).diffID.description == known else {
                throw missing(snapshot)
            }
        }
        // Else the store was copied, or came out of an archive: all in it is new, and as its listing says.
        guard let summary else { return }
        try write("record what a layer looks like") { database in
            try database.execute(
                sql: "UPDATE snapshots SET summary = ? WHERE id = ?", arguments: [summary.text, snapshot.description])
        }
    }

    private func damaged(_ snapshot: SnapshotID, _ words: String) throws(ImageError) -> ImageError {
        try forget(snapshot, because: words)
        return ImageError(
            .corrupt, "the layer \(snapshot) in the store \(words)",
            hint: "build or load the image again: what needs the layer is made anew")
    }
}
