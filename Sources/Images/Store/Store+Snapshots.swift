import GRDB
import Glibc
import Linux
import OCI
import Synchronization
package import SystemPackage

extension Store {
    /// The directory that holds a layer's files, in overlayfs's form: a lower directory for later steps.
    package func directory(of snapshot: SnapshotID) -> FilePath {
        folder(of: snapshot).appending("fs")
    }

    func folder(of snapshot: SnapshotID) -> FilePath {
        location.appending("snapshots").appending(snapshot.description)
    }

    // MARK: - making one

    /// Begins a snapshot. Its root directory looks like that of the layers below, since overlayfs shows the topmost.
    ///
    /// - Parameter parents: the layers that will be below it, lowest first.
    package func begin(over parents: [SnapshotID] = []) throws(ImageError) -> PendingSnapshot {
        let own = try ownPendingFolder()
        let id = SnapshotID.random()
        let folder = own.appending(id.description)
        let pending = PendingSnapshot(id: id, upper: folder.appending("fs"), work: folder.appending("work"))
        for path in [folder, pending.upper, pending.work] {
            guard mkdir(path.string, 0o700) == 0 else { throw .system("cannot make the folder \(path)") }
        }
        var mode: UInt32 = 0o755
        var (uid, gid) = (ids.offset, ids.offset)
        var attributes: [ExtendedAttribute] = []
        if let parent = parents.last {
            var status = stat()
            guard stat(directory(of: parent).string, &status) == 0 else { throw missing(parent) }
            (mode, uid, gid) = (status.st_mode & 0o7777, status.st_uid, status.st_gid)
            let root = try rooted(directory(of: parent))
            attributes = try LayerAttributes.all(in: root.descriptor.rawValue, name: [46, 0])
            attributes.removeAll { $0.name.hasPrefix("user.overlay.") }
        }
        guard chown(pending.upper.string, uid, gid) == 0, chmod(pending.upper.string, mode) == 0 else {
            throw .system("cannot prepare the folder of a layer")
        }
        if !attributes.isEmpty {
            let root = try rooted(pending.upper)
            for attribute in attributes {
                try LayerAttributes.set(in: root.descriptor.rawValue, name: [46, 0], attribute)
            }
        }
        return pending
    }

    /// Makes what a pending snapshot holds a layer of the store. Until this returns there is no trace of it; nothing
    /// may be mounted on it any more.
    package func commit(_ pending: PendingSnapshot) async throws(ImageError) -> SnapshotID {
        try await DedicatedThread.run { () throws(ImageError) in try self.commitBlocking(pending) }
    }

    func commitBlocking(
        _ pending: PendingSnapshot, diffID: Digest? = nil, archiveBytes: Int64? = nil, content: Digest? = nil
    ) throws(ImageError) -> SnapshotID {
        // Before times are read: the whiteouts of a layer are links to one file, of which another is in here.
        try removeTree(pending.work)
        let upper = try rooted(pending.upper)
        let (listing, diskBytes) = try LayerWalk(root: upper, ids: ids).measured()
        let record = SnapshotRecord(listing)
        let summary: String
        do throws(LinuxError) { summary = try LayerLooks(upper).text } catch { throw ImageError(error) }
        try record.write(to: pending.directory.appending(SnapshotRecord.fileName))
        let folder = folder(of: pending.id)
        try write("record a layer") { database in
            // Inside the transaction, so that whoever looks for folders that nobody knows of sees both or none.
            guard rename(pending.directory.string, folder.string) == 0 else {
                throw ImageError.system("cannot move a layer into place")
            }
            do {
                try database.execute(
                    sql: """
                        INSERT INTO snapshots
                            (id, added, used, tar_bytes, archive_bytes, disk_bytes, entries, fingerprint, diff_id, framed,
                                unsynced, summary, content, file_bytes)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        pending.id.description, Self.now, Self.now, listing.tarBytes, archiveBytes,
                        diskBytes.addingSize(record.diskBytes),
                        listing.entries.count, record.fingerprint, diffID?.description, diffID != nil,
                        bootID, summary, content?.description, listing.contentBytes,
                    ])
            } catch {
                rename(folder.string, pending.directory.string)
                throw error
            }
        }
        state.withLock { _ = $0.verified.insert(pending.id) }
        return pending.id
    }

    /// Throws a pending snapshot away.
    package func discard(_ pending: PendingSnapshot) {
        try? removeTree(pending.directory)
    }

    /// An empty layer, for an image that has none.
    package func emptySnapshot() async throws(ImageError) -> SnapshotID { try await commit(begin()) }

    // MARK: - reading one

    func rooted(_ path: FilePath) throws(ImageError) -> RootedDirectory {
        do throws(LinuxError) { return try RootedDirectory(at: path) } catch { throw ImageError(error) }
    }

    func missing(_ snapshot: SnapshotID) -> ImageError {
        ImageError(
            .corrupt, "the layer \(snapshot) is missing from the store",
            hint: "build or load the image again: what needs the layer is made anew")
    }

    /// Whether a snapshot's directory is where it should be; does not look inside. One that only cannot be looked at now
    /// is not gone.
    package func exists(_ snapshot: SnapshotID) -> Bool {
        access(directory(of: snapshot).string, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR)
    }

    /// The size of the layer's uncompressed archive, known without packing it.
    package func tarBytes(of snapshot: SnapshotID) throws(ImageError) -> Int64 {
        guard let size: Int64 = try known(.tarBytes, of: snapshot) else { throw missing(snapshot) }
        return size
    }

    /// What the database may have about a layer, each in a column of its own.
    enum Fact: String {
        case added, fingerprint
        case diffID = "diff_id"
        case tarBytes = "tar_bytes"
        case fileBytes = "file_bytes"
    }

    /// What the database has about a layer; nil where it has nothing, or not the layer.
    func known<Value: DatabaseValueConvertible>(
        _ fact: Fact, of snapshot: SnapshotID
    ) throws(ImageError) -> Value? {
        try read("read about a layer") { database in
            try Value.fetchOne(
                database, sql: "SELECT \(fact.rawValue) FROM snapshots WHERE id = ?",
                arguments: [snapshot.description])
        }
    }

    /// Forgets a snapshot that cannot be trusted, with the steps that made it, and moves its files out of the way.
    func forget(_ snapshot: SnapshotID, because words: String) throws(ImageError) {
        guard !isLookup else { throw ImageError(.corrupt, "the layer \(snapshot) in the store \(words)") }
        try write("forget a layer") { database in
            try database.execute(sql: "DELETE FROM steps WHERE snapshot = ?", arguments: [snapshot.description])
            try database.execute(sql: "DELETE FROM snapshots WHERE id = ?", arguments: [snapshot.description])
            try database.execute(
                sql: "DELETE FROM images WHERE key IN (SELECT image FROM image_layers WHERE snapshot = ?)",
                arguments: [snapshot.description])
        }
        noteRepair("the layer \(snapshot) in the store \(words): it is made again when it is needed")
        if exists(snapshot) { try? removeTree(folder(of: snapshot)) }
    }
}
