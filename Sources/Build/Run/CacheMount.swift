import Dockerfile
import Images
import Linux
import OCI
import SystemPackage

/// Which directory a `RUN --mount=type=cache` finds again, and how it is used: one for each scope, id and beginning.
struct CacheMount: Sendable {
    /// No id, however odd, leads anywhere else: it is only in this digest.
    let key: Digest
    /// What the first to use it decides about the directory.
    let mount: Mount

    /// - Parameter scope: Whose it is: submissions share none.
    init(_ entry: RunMounts.Entry, scope: String) {
        mount = entry.mount
        var digest = StepKey("cache-mount")
        digest.add(scope)
        digest.add(mount.id.isEmpty ? entry.target : mount.id)
        // Caches that begin differently are different caches.
        digest.add([mount.mode, mount.uid, mount.gid].map { $0.map { String($0) } ?? "" })
        digest.add(entry.chain.map { "\($0.hex) \(entry.mount.source)" } ?? "")
        key = digest.finish()
    }

    /// Fills the directory of a new one.
    ///
    /// - Parameter seed: What it starts with; nil where it starts empty.
    func make(
        at path: FilePath, seed: (root: RootedDirectory, path: FilePath)?, ownership: Ownership
    ) throws {
        let parent = try RootedDirectory(at: path.removingLastComponent())
        let name = FilePath(path.lastComponent?.string ?? "")
        if let seed {
            let source = SourceRoot(directory: seed.root, ignore: nil, keepsOwners: true, ownership: ownership)
            var planner = CopyPlanner(root: source)
            let match = try planner.match(seed.path)
            var copier = FileCopier(target: try parent.subdirectory(name), ownership: ownership)
            _ = try copier.copy(match, from: seed.root, to: "/")
        }
        try ownership.set(name, uid: mount.uid ?? 0, gid: mount.gid ?? 0, kind: .directory, in: parent)
        try parent.setMode(name, mount.mode ?? 0o755)
    }
}

/// The cache mounts that one step holds: each once, however often the step mounts it.
struct CacheMountHolds: Sendable {
    private var holds: [Digest: CacheMountHold] = [:]

    /// What a step takes, and how: in one order whatever the step's, so that two steps that mount the same two never wait
    /// for each other.
    static func wanted(
        by entries: [RunMounts.Entry], scope: String
    ) -> [(key: Digest, sharing: CacheMountSharing)] {
        var wanted: [Digest: CacheMountSharing] = [:]
        for entry in entries where entry.mount.kind == .cache {
            let cache = CacheMount(entry, scope: scope)
            // Where something else is mounted in it: nobody may change it meanwhile.
            let isOuter = entries.contains { $0.target.hasPrefix(entry.target + "/") }
            var sharing: CacheMountSharing =
                switch entry.mount.sharing {
                case .private: .private
                case .locked: .locked
                case .shared, nil: isOuter ? .locked : .shared
                }
            // Of two ways to share it the narrower one holds.
            if let other = wanted[cache.key], other == .private || sharing == .shared { sharing = other }
            wanted[cache.key] = sharing
        }
        return wanted.sorted { $0.key.hex < $1.key.hex }.map { (key: $0.key, sharing: $0.value) }
    }

    /// Takes what a step mounts.
    mutating func take(_ entries: [RunMounts.Entry], job: BuildJob) async throws {
        for (key, sharing) in Self.wanted(by: entries, scope: job.request.cacheMountScope) {
            do {
                holds[key] = try await job.store.holdCacheMount(key, sharing: sharing)
            } catch is CancellationError {
                throw BuildFailure.cancelled
            }
        }
    }

    /// The directory of a cache that is held, made when there is none.
    func directory(
        of cache: CacheMount, seed: (root: RootedDirectory, path: FilePath)?, job: BuildJob
    ) throws -> FilePath {
        guard let hold = holds[cache.key] else { throw BuildFailure.environment("system", "a cache was not taken") }
        return try job.store.directory(of: hold) { path in
            try cache.make(at: path, seed: seed, ownership: job.ownership)
        }
    }

    /// Gives the caches back to others, and notes how large they have become.
    func release(to store: Store) {
        for hold in holds.values {
            // More files than this are more than anybody counts on.
            if let usage = try? store.usage(of: hold, fileLimit: 200_000) {
                try? store.noteCacheMount(hold.name, bytes: usage)
            }
            hold.release()
        }
    }
}
