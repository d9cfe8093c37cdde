import GRDB
import Glibc
package import Linux
import Synchronization
package import SystemPackage

extension Store {
    /// This process's folder for what is not complete, made when it is first needed.
    func ownPendingFolder() throws(ImageError) -> FilePath {
        if let own = state.withLock({ $0.pending }) { return own.folder }
        func candidate() throws(ImageError) -> (folder: FilePath, lockPath: FilePath, lock: OwnedDescriptor?) {
            let folder = location.appending("pending").appending(SnapshotID.random().description)
            let lockPath = FilePath(folder.string + ".lock")
            return (folder, lockPath, try FileLock.tryExclusive(lockPath))
        }
        var taken = try candidate()
        // Somebody who looks for the dead may have it first.
        for _ in 0..<100 where taken.lock == nil { taken = try candidate() }
        let (folder, lockPath) = (taken.folder, taken.lockPath)
        guard let lock = taken.lock else { throw ImageError(.system, "cannot lock a folder of the store") }
        guard mkdir(folder.string, 0o700) == 0 else { throw .system("cannot make the folder \(folder)") }
        return state.withLock { state in
            if let own = state.pending {
                rmdir(folder.string)
                FileLock.release(lock, lockPath)
                return own.folder
            }
            state.pending = (folder, lock)
            return folder
        }
    }

    /// A folder of this process alone for what it needs beside its layers; whatever it leaves there, the next removes.
    package func workingFolder() throws(LinuxError) -> FilePath {
        do throws(ImageError) {
            return try ownPendingFolder()
        } catch {
            throw LinuxError("make a folder in", location, Errno(rawValue: error.errno ?? EIO))
        }
    }

    /// Removes what processes left that are gone: their locks are free. In the background, since it may be much.
    func removeLeftovers() throws(ImageError) {
        _ = try otherSessions()
        try removeFreeLocks()
        let pending = location.appending("pending")
        let names: [FilePath]
        do throws(LinuxError) {
            names = try RootedDirectory(at: pending).entries().map { FilePath(root: nil, [$0.name]) }
        } catch {
            throw ImageError(error)
        }
        let own = state.withLock { $0.pending?.folder.lastComponent }
        let locks = names.filter { $0.string.hasSuffix(".lock") && $0.stem != own?.stem }
        guard !locks.isEmpty else { return }
        var free: [(FilePath, OwnedDescriptor)] = []
        for name in locks {
            let path = pending.appending(name.components)
            if let lock = try FileLock.tryExclusive(path) { free.append((path, lock)) }
        }
        guard !free.isEmpty else { return }
        let leftovers = free
        // Where no thread is to be had the next process does it: the locks are free again.
        try? DedicatedThread.start { [self] in
            for (path, lock) in leftovers {
                let folder = FilePath(String(path.string.dropLast(".lock".count)))
                try? removeTree(folder)
                FileLock.release(lock, path)
            }
            // Somebody was killed: there may be layers moved into place that the database never heard of.
            try? removeUnknownSnapshots()
        }
    }

    /// Locks of steps are removed by who holds them, and left by who is killed.
    private func removeFreeLocks() throws(ImageError) {
        let folder = location.appending("locks")
        for entry in (try? RootedDirectory(at: folder).entries()) ?? [] where entry.kind == .regular {
            let path = folder.appending(entry.name)
            if let lock = try FileLock.tryExclusive(path) { FileLock.release(lock, path) }
        }
    }

    /// Removes folders of layers, and of cache mounts, that no row names.
    func removeUnknownSnapshots() throws(ImageError) {
        // Another process may know them by a database that was taken away under it.
        guard try otherSessions().isEmpty else { return }
        let unknown: [FilePath] = try write("look for layers that were lost") { database in
            let known = try Set(String.fetchAll(database, sql: "SELECT id FROM snapshots"))
            let folder = try self.rooted(self.location.appending("snapshots"))
            var moved: [FilePath] = []
            for entry in try folder.entries() where !known.contains(entry.name.string) {
                let from = self.location.appending("snapshots").appending(entry.name)
                let to = try self.ownPendingFolder().appending(entry.name)
                if rename(from.string, to.string) == 0 { moved.append(to) }
            }
            let mounted = try Set(String.fetchAll(database, sql: "SELECT name FROM cache_mounts"))
            moved += try self.takeAwayCacheMounts(otherThan: mounted)
            return moved
        }
        for path in unknown { try removeTree(path) }
    }

    /// Removes a folder and all in it; what is not there is removed already.
    func removeTree(_ path: FilePath) throws(ImageError) {
        guard let name = path.lastComponent else { return }
        do throws(LinuxError) {
            try RootedDirectory(at: path.removingLastComponent()).remove(FilePath(root: nil, [name]))
        } catch {
            guard error.errno != .noSuchFileOrDirectory else { return }
            throw ImageError(error)
        }
    }

    // MARK: - durability

    /// Writes layers to disk while something else goes on. Until that is done their rows say in which boot of the
    /// machine they were made: when it crashes, they are not trusted after.
    func syncInBackground() {
        // What fails here is tried again by the next process; nothing depends on it but durability.
        try? DedicatedThread.start { [weak self] in _ = try? self?.syncBlocking() }
    }

    /// Whether there are layers of this boot of the machine that may not be on disk.
    func hasUnsynced(addedBefore time: Int64) throws(ImageError) -> Bool {
        try read("read about layers") { database in
            try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM snapshots WHERE unsynced = ? AND added < ?)",
                arguments: [self.bootID, time]) ?? false
        }
    }

    /// Writes all layers to disk, and returns when they are there.
    package func sync() async throws(ImageError) {
        try await DedicatedThread.run { () throws(ImageError) in try self.syncBlocking() }
    }

    func syncBlocking() throws(ImageError) {
        let unsynced = try read("read about layers") { database in
            try String.fetchAll(
                database, sql: "SELECT id FROM snapshots WHERE unsynced = ?", arguments: [self.bootID])
        }
        guard !unsynced.isEmpty else { return }
        do throws(LinuxError) {
            try RootedDirectory(at: location).syncFileSystem()
        } catch {
            throw ImageError(error)
        }
        try write("record that layers are on disk") { database in
            for id in unsynced {
                try database.execute(sql: "UPDATE snapshots SET unsynced = NULL WHERE id = ?", arguments: [id])
            }
        }
    }
}
