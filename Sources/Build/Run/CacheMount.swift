import Dockerfile
import Glibc
import Images
import Linux
import OCI
import SystemPackage

/// A directory that `RUN --mount=type=cache` finds again: kept beside the store, one for each scope and id.
struct CacheMount: Sendable {
    let directory: FilePath
    private let name: String
    private let store: Store
    private let lock: OwnedDescriptor?

    /// Takes the cache of an id, made when there is none.
    /// - Parameters:
    ///   - scope: Whose it is: submissions share none.
    ///   - origin: Names what `seed` is.
    ///   - seed: What a new one starts with.
    ///   - isOuter: Something else is mounted in it: nobody may change it meanwhile.
    static func take(
        id: String, mount: Mount, scope: String, origin: String, seed: (root: RootedDirectory, path: FilePath)?,
        isOuter: Bool, job: BuildJob
    ) throws -> CacheMount {
        // The name is a digest: no id, however odd, leads anywhere else.
        var key = StepKey("cache-mount")
        key.add(scope)
        key.add(id)
        // Caches that begin differently are different caches.
        key.add([mount.mode, mount.uid, mount.gid].map { $0.map { String($0) } ?? "" })
        key.add(origin)
        let caches = job.store.location.appending("cache-mounts")
        try RootedDirectory(at: job.store.location).makeDirectories(FilePath("cache-mounts"), mode: 0o700)
        let root = try RootedDirectory(at: caches)
        var name = key.finish().hex
        var lock = try hold(
            name, in: root, waits: mount.sharing != .private,
            exclusive: isOuter || (mount.sharing != nil && mount.sharing != .shared))
        if lock == nil, mount.sharing == .private {
            // Somebody has it: a private cache of its own, thrown away by the next clean-up.
            var turn = 1
            while lock == nil, turn < 1000 {
                lock = try hold("\(name)-\(turn)", in: root, waits: false, exclusive: true)
                if lock != nil { name = "\(name)-\(turn)" }
                turn += 1
            }
        }
        // First, so that nobody prunes it from now on.
        try job.store.noteCacheMount(name)
        let path = FilePath(name)
        if try root.statusIfPresent(path, followingLast: false) == nil {
            try make(path, in: root, mount: mount, seed: seed, job: job)
        }
        return CacheMount(directory: caches.pushing(path), name: name, store: job.store, lock: lock)
    }

    /// Gives the cache back to others, and notes how large it has become.
    func release() {
        // More files than this are more than anybody counts on.
        if let usage = try? RootedDirectory(at: directory).usage(fileLimit: 200_000) {
            try? store.noteCacheMount(name, bytes: usage.bytes)
        }
        withExtendedLifetime(lock) {}
    }

    private static func hold(
        _ name: String, in root: RootedDirectory, waits: Bool, exclusive: Bool
    ) throws -> OwnedDescriptor? {
        let file = try root.openFile(FilePath(name + ".lock"), .readWrite, options: [.create], mode: 0o600)
        while flock(file.rawValue, (exclusive ? LOCK_EX : LOCK_SH) | (waits ? 0 : LOCK_NB)) != 0 {
            let error = errno
            if error == EINTR { continue }
            if error == EWOULDBLOCK { return nil }
            throw LinuxError("lock a cache", FilePath(name), Errno(rawValue: error))
        }
        return file
    }

    private static func make(
        _ path: FilePath, in root: RootedDirectory, mount: Mount, seed: (root: RootedDirectory, path: FilePath)?,
        job: BuildJob
    ) throws {
        let mode = mount.mode ?? 0o755
        // Another step may make it at the same time: the first one counts.
        do {
            try root.makeDirectory(path, mode: mode)
        } catch {
            if error.errno == .fileExists { return }
            throw error
        }
        if let seed {
            let source = SourceRoot(
                directory: seed.root, ignore: nil, keepsOwners: true, ownership: job.ownership)
            var planner = CopyPlanner(root: source)
            let match = try planner.match(seed.path)
            var copier = FileCopier(target: try root.subdirectory(path), ownership: job.ownership)
            _ = try copier.copy(match, from: seed.root, to: "/")
        }
        try job.ownership.set(path, uid: mount.uid ?? 0, gid: mount.gid ?? 0, kind: .directory, in: root)
        try root.setMode(path, mode)
    }
}
