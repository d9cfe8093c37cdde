import GRDB
import Glibc
import Linux
import Synchronization
import SystemPackage

extension Store {
    /// What a layer holds, after it was compared with what was committed.
    ///
    /// - Throws: `.corrupt`, naming the file, when somebody changed the layer; the store has forgotten it then, and all
    ///   steps that made it or stand on it are run again.
    package func listing(of snapshot: SnapshotID) throws(ImageError) -> LayerListing {
        try verify([snapshot])
        let root = try rooted(directory(of: snapshot))
        let fingerprint = try fingerprint(of: snapshot)
        if var listing = SnapshotRecord.read(record(of: snapshot), fingerprint: fingerprint) {
            // Not recorded, since mounts change it.
            var status = stat()
            guard fstat(root.descriptor.rawValue, &status) == 0 else { throw .system("cannot examine a layer") }
            if listing.entries.first?.isRoot == true {
                listing.entries[0].modified.seconds = Int64(status.st_mtim.tv_sec)
            }
            return listing
        }
        let listing = try LayerWalk(root: root, ids: ids).listing()
        try remake(SnapshotRecord(listing), of: snapshot, fingerprint)
        return listing
    }

    /// What a layer held when it was made: nothing of the layer itself is looked at, so that it takes no time, where the
    /// layer is history and not handed out. The root's time is not part of it.
    ///
    /// A file of it must be compared with ``isUntouched(_:in:)`` before its content is believed.
    package func recordedListing(of snapshot: SnapshotID) throws(ImageError) -> LayerListing {
        let fingerprint = try fingerprint(of: snapshot)
        if let listing = SnapshotRecord.read(record(of: snapshot), fingerprint: fingerprint) { return listing }
        return try listing(of: snapshot)
    }

    /// Whether a file of a layer is what was committed, told by its last change alone where that is enough; else all of the
    /// layer is compared, once.
    ///
    /// - Parameter changed: the file's `ctime`, in seconds since 1970.
    package func isUntouched(since changed: Int64, in snapshot: SnapshotID) -> Bool {
        if state.withLock({ $0.verified.contains(snapshot) }) { return true }
        guard let added = added(snapshot) else { return false }
        // No program can set a `ctime`.
        if changed <= added { return true }
        do throws(ImageError) {
            try verify([snapshot])
            return true
        } catch {
            return false
        }
    }

    private func added(_ snapshot: SnapshotID) -> Int64? {
        if let known = state.withLock({ $0.added[snapshot] }) { return known }
        guard let added: Int64 = try? known(.added, of: snapshot) else { return nil }
        state.withLock { $0.added[snapshot] = added }
        return added
    }

    /// The file beside a layer that says what is in it.
    func record(of snapshot: SnapshotID) -> FilePath { folder(of: snapshot).appending(SnapshotRecord.fileName) }

    private func fingerprint(of snapshot: SnapshotID) throws(ImageError) -> String {
        guard let fingerprint: String = try known(.fingerprint, of: snapshot) else { throw missing(snapshot) }
        return fingerprint
    }

    /// Writes the file beside a layer that was just compared and walked; nothing depends on that.
    private func remake(
        _ record: SnapshotRecord, of snapshot: SnapshotID, _ known: String
    ) throws(ImageError) {
        guard !isLookup else { return }
        if known != record.fingerprint {
            // Of the summary the layer is what was committed; only its record is of an older form.
            guard !SnapshotRecord.knows(known) else { return }
            try write("record what a layer holds") { database in
                try database.execute(
                    sql: "UPDATE snapshots SET fingerprint = ? WHERE id = ?",
                    arguments: [record.fingerprint, snapshot.description])
            }
        }
        do throws(ImageError) { try record.write(to: self.record(of: snapshot)) } catch { return }
    }
}
