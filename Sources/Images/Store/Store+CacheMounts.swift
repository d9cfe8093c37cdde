import GRDB
import Glibc
import Linux
package import OCI
package import SystemPackage

/// Who may use the directory of a cache mount at the same time, as `sharing=` of BuildKit's cache mounts says it.
package enum CacheMountSharing: Hashable, Sendable {
    /// As many as like.
    case shared
    /// One at a time: the others wait.
    case locked
    /// One at a time: who comes meanwhile gets a directory of its own.
    case `private`
}

/// The directory of a cache mount, as long as somebody needs it: nobody prunes it meanwhile.
package struct CacheMountHold: Sendable {
    /// What the store calls it.
    package let name: String
    fileprivate let lock: OwnedDescriptor

    /// Lets go of it.
    package func release() { flock(lock.rawValue, LOCK_UN) }
}

extension Store {
    private var cacheMounts: FilePath { location.appending("cache-mounts") }

    private static func lockName(of mount: String) -> String { "\(mount).lock" }

    /// Takes the cache mount with this key, waiting for it if need be.
    ///
    /// Who holds several takes them in the order of their keys, or two could wait for each other.
    ///
    /// - Throws: `CancellationError` when the task is cancelled while it waits; else `ImageError`.
    package func holdCacheMount(
        _ key: Digest, sharing: CacheMountSharing
    ) async throws -> CacheMountHold {
        try Self.makeFolder(cacheMounts)
        var hold = try tryHold(key.hex, sharing: sharing)
        var (turn, pause) = (0, 1)
        while hold == nil {
            if sharing == .private, turn < 1000 {
                turn += 1
                hold = try tryHold("\(key.hex)-\(turn)", sharing: sharing)
            } else {
                try await Task.sleep(for: .milliseconds(pause))
                pause = min(pause * 2, 32)
                hold = try tryHold(key.hex, sharing: sharing)
            }
        }
        guard let hold else { throw CancellationError() }
        // From here on it is known, and counted; until here the lock kept it from being pruned.
        try noteCacheMount(hold.name)
        return hold
    }

    private func tryHold(_ name: String, sharing: CacheMountSharing) throws(ImageError) -> CacheMountHold? {
        let path = cacheMounts.appending(Self.lockName(of: name))
        let lock = sharing == .shared ? try FileLock.tryShared(path) : try FileLock.tryExclusive(path)
        return lock.map { CacheMountHold(name: name, lock: $0) }
    }

    /// The directory of a cache mount. A new one is made aside and shown when it is complete: a process that is killed
    /// on the way leaves none that looks like one.
    ///
    /// - Parameter make: Fills the directory at this path, which is there and empty.
    package func directory(of hold: CacheMountHold, make: (FilePath) throws -> Void) throws -> FilePath {
        let path = cacheMounts.appending(hold.name)
        var status = stat()
        if lstat(path.string, &status) == 0 { return path }
        let aside = try ownPendingFolder().appending(SnapshotID.random().description)
        guard mkdir(aside.string, 0o700) == 0 else { throw ImageError.system("cannot make the folder \(aside)") }
        do {
            try make(aside)
            let folder = try rooted(aside.removingLastComponent())
            let (from, to) = (FilePath(aside.lastComponent?.string ?? ""), FilePath(hold.name))
            do {
                try folder.rename(from, to: to, in: rooted(cacheMounts), replacing: false)
            } catch let error as LinuxError where error.errno == .fileExists {
                // Those who share it may make it at the same time: the first one counts.
                try removeTree(aside)
            }
        } catch {
            try? removeTree(aside)
            throw error
        }
        return path
    }

    /// Bytes on disk that a cache mount takes.
    ///
    /// - Parameter fileLimit: how many files are looked at, at most.
    package func usage(of hold: CacheMountHold, fileLimit: Int) throws -> Int64 {
        try rooted(cacheMounts.appending(hold.name)).usage(fileLimit: fileLimit).bytes
    }

    /// Notes that the directory of a cache mount is used.
    ///
    /// - Parameter bytes: what it takes on disk; nil when that is not known yet.
    package func noteCacheMount(_ name: String, bytes: Int64? = nil) throws(ImageError) {
        try write("note the use of a cache mount") { database in
            try database.execute(
                sql: """
                    INSERT INTO cache_mounts (name, used, bytes) VALUES (?, ?, ?)
                    ON CONFLICT (name) DO UPDATE SET used = excluded.used, bytes = coalesce(?, bytes)
                    """, arguments: [name, Self.now, bytes ?? 0, bytes])
        }
    }

    /// Moves the directory of a cache mount that nobody holds out of sight.
    ///
    /// - Returns: Where to; nil when somebody holds it. Where there was no directory there is nothing at that path.
    func takeAwayCacheMount(_ name: String) throws(ImageError) -> FilePath? {
        guard Self.isCacheMountName(name) else { return nil }
        let trash = try ownPendingFolder().appending("cache-mount-\(SnapshotID.random())")
        try Self.makeFolder(cacheMounts)
        let lockPath = cacheMounts.appending(Self.lockName(of: name))
        guard let lock = try FileLock.tryExclusive(lockPath) else { return nil }
        defer { FileLock.release(lock, lockPath) }
        guard rename(cacheMounts.appending(name).string, trash.string) == 0 || errno == ENOENT else {
            throw .system("cannot take a cache away")
        }
        return trash
    }

    /// Moves the directories of cache mounts that no row names, and nobody holds, out of sight.
    func takeAwayCacheMounts(otherThan known: Set<String>) throws(ImageError) -> [FilePath] {
        guard let names = try? RootedDirectory(at: cacheMounts).entries().map(\.name.string) else { return [] }
        var moved: [FilePath] = []
        for name in names where !name.hasSuffix(".lock") && !known.contains(name) {
            if let trash = try takeAwayCacheMount(name) { moved.append(trash) }
        }
        return moved
    }

    private static func isCacheMountName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0 == 45 || Character(Unicode.Scalar($0)).isHexDigit }
    }
}
