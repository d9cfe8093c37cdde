import GRDB
import Glibc
import Linux
package import OCI
import SystemPackage

/// What may go when the store is pruned.
package struct PruneRequest: Sendable {
    /// Bytes of the build cache to keep; the least recently used goes first. nil keeps all.
    package var cacheLimit: Int64? = 0
    /// Steps whose layer an image has, too: they take no room, but the image is built anew without them.
    package var sharedCache = true
    /// Images without a name.
    package var danglingImages = true
    /// Images that have one, too.
    package var allImages = false
    /// Only what was not used (images: not put into the store) since, seconds since 1970.
    package var unusedSince: Int64?
    /// Only images of which this is true.
    package var images: (@Sendable (StoredImage) -> Bool)?

    package init() {}
}

/// What pruning removed.
package struct PruneResult: Hashable, Sendable {
    package var images: [Digest] = []
    package var names: [Reference] = []
    package var steps = 0
    /// Layers of the build cache, and directories of cache mounts.
    package var cache: [String] = []
    package var snapshots = 0
    /// Bytes on disk, about.
    package var bytes: Int64 = 0

    package init() {}
}

extension Store {
    /// Removes what nobody needs and nobody uses now, in this process or another.
    package func prune(_ request: PruneRequest) async throws(ImageError) -> PruneResult {
        try await DedicatedThread.run { () throws(ImageError) in
            try self.prune(request, usedBefore: self.oldestUse(isOver: true))
        }
    }

    /// Brings the store down to a size: first the build cache, then images without a name, the least recently used first.
    /// Images with a name are never removed unasked, nor is what a process uses now.
    ///
    /// - Parameter isOver: this process has done its work; else what it used stays, but for what leases gave back.
    /// - Returns: nil when there was room.
    @discardableResult
    package func shrink(to limit: Int64, isOver: Bool = true) async throws(ImageError) -> PruneResult? {
        let usage = try diskUsage()
        guard usage.totalBytes > limit else { return nil }
        return try await DedicatedThread.run { () throws(ImageError) in
            let oldest = try self.oldestUse(isOver: isOver)
            // Layers that images share with the cache count as theirs.
            var request = PruneRequest()
            request.danglingImages = false
            request.cacheLimit = max(0, limit - usage.imageBytes - usage.containerBytes)
            var result = try self.prune(request, usedBefore: oldest)
            for image in try self.danglingImages(usedBefore: oldest) {
                guard try self.diskUsage().totalBytes > limit else { break }
                // Somebody may have used it or named it since it was listed.
                let isGone = try self.removing("remove an image", usedBefore: oldest) { database, oldest in
                    try database.execute(
                        sql: """
                            DELETE FROM images WHERE key = ? AND used <= ? AND key NOT IN (SELECT image FROM names)
                            """, arguments: [image.key, oldest])
                    return database.changesCount > 0
                }
                guard isGone else { continue }
                if let id = image.shown { result.images.append(id) }
                let usage = try self.diskUsage()
                request.cacheLimit = max(0, limit - usage.imageBytes - usage.containerBytes)
                let more = try self.prune(request, usedBefore: oldest)
                result.steps += more.steps
                result.cache += more.cache
                result.snapshots += more.snapshots
                result.bytes += more.bytes
            }
            return result
        }
    }

    private func danglingImages(usedBefore oldest: Int64) throws(ImageError) -> [(key: String, shown: Digest?)] {
        try read("look for images") { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT key, coalesce(id, key) AS shown FROM images
                    WHERE origin <> 'container' AND key NOT IN (SELECT image FROM names) AND used <= ?
                    ORDER BY used, key
                    """, arguments: [oldest]
            ).map { ($0["key"], Digest($0["shown"] as String)) }
        }
    }

    private func prune(_ request: PruneRequest, usedBefore oldest: Int64) throws(ImageError) -> PruneResult {
        var result = PruneResult()
        if request.danglingImages || request.allImages { try removeImages(request, oldest, &result) }
        let last = min(oldest, request.unusedSince ?? oldest)
        if let limit = request.cacheLimit {
            try removeCache(keeping: limit, isAll: request.sharedCache, usedBefore: last, &result)
        }
        let removed = try removeUnneededSnapshots(usedBefore: last)
        result.cache += removed.names
        result.snapshots = removed.names.count
        result.bytes += removed.bytes
        try? removeUnknownSnapshots()
        return result
    }

    private func removeImages(
        _ request: PruneRequest, _ oldest: Int64, _ result: inout PruneResult
    ) throws(ImageError) {
        let inUse = try Set(containers().map(\.record.imageKey))
        for found in try images() where request.allImages || found.references.isEmpty {
            if inUse.contains(found.image.key) { continue }
            if let since = request.unusedSince, found.added > since { continue }
            if let isWanted = request.images, !isWanted(found.image) { continue }
            let isGone = try removing("remove images", usedBefore: oldest) { database, oldest in
                try database.execute(
                    sql: "DELETE FROM images WHERE key = ? AND used <= ?",
                    arguments: [found.image.key.description, oldest])
                return database.changesCount > 0
            }
            guard isGone else { continue }
            result.names += found.references
            result.images.append(found.knownID ?? found.image.key)
        }
    }

    /// One thing of the build cache: a step with its layer, or the directory of a cache mount.
    private struct Cached {
        var key: String
        var isMount: Bool
        var used: Int64
        var snapshot: String?
        var bytes: Int64
        /// An image has the layer too.
        var isShared: Bool
    }

    private func removeCache(
        keeping limit: Int64, isAll: Bool, usedBefore oldest: Int64, _ result: inout PruneResult
    ) throws(ImageError) {
        var mounts: [(name: String, folder: FilePath, bytes: Int64)] = []
        result.steps += try removing("remove steps", usedBefore: oldest) { database, oldest in
            let steps = try Row.fetchAll(
                database,
                sql: """
                    SELECT steps.key, 0 AS is_mount, steps.used, steps.snapshot,
                        coalesce(snapshots.disk_bytes, 0) AS bytes,
                        coalesce(steps.snapshot IN (SELECT snapshot FROM image_layers), 0) AS is_shared
                    FROM steps LEFT JOIN snapshots ON snapshots.id = steps.snapshot
                    UNION ALL SELECT name, 1, used, NULL, bytes, 0 FROM cache_mounts
                    ORDER BY 3 DESC, 1
                    """
            ).map {
                Cached(
                    key: $0["key"], isMount: $0["is_mount"], used: $0["used"], snapshot: $0["snapshot"],
                    bytes: $0["is_shared"] ? 0 : $0["bytes"], isShared: $0["is_shared"])
            }
            var kept: Int64 = 0
            var counted: Set<String> = []
            var removed = 0
            for step in steps where isAll || !step.isShared {
                let bytes = step.snapshot.map { counted.contains($0) } == true ? 0 : step.bytes
                if limit > 0, kept + bytes <= limit || step.used > oldest {
                    kept += bytes
                    if let snapshot = step.snapshot { counted.insert(snapshot) }
                } else if step.used <= oldest {
                    if step.isMount {
                        // Nobody can begin to use it while its row goes; what somebody uses stays.
                        guard let folder = try self.takeAwayCacheMount(step.key) else { continue }
                        mounts.append((step.key, folder, step.bytes))
                    } else {
                        removed += 1
                    }
                    try database.execute(
                        sql: step.isMount
                            ? "DELETE FROM cache_mounts WHERE name = ?" : "DELETE FROM steps WHERE key = ?",
                        arguments: [step.key])
                }
            }
            return removed
        }
        for mount in mounts {
            try removeTree(mount.folder)
            result.cache.append(mount.name)
            result.bytes += mount.bytes
        }
    }

    /// Removes layers that neither an image nor a step needs.
    ///
    /// - Parameter only: looks at this one alone; nil for all.
    func removeUnneededSnapshots(
        only layer: SnapshotID? = nil, usedBefore oldest: Int64
    ) throws(ImageError) -> (names: [String], bytes: Int64) {
        let trash = try ownPendingFolder()
        let removed: [(FilePath, Int64)] = try removing("remove layers", usedBefore: oldest) { database, oldest in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT id, disk_bytes FROM snapshots WHERE used <= ?1 AND (?2 IS NULL OR id = ?2)
                        AND id NOT IN (SELECT snapshot FROM image_layers)
                        AND id NOT IN (SELECT snapshot FROM steps WHERE snapshot IS NOT NULL)
                    """, arguments: [oldest, layer?.description])
            var moved: [(FilePath, Int64)] = []
            for row in rows {
                let id: String = row["id"]
                try database.execute(sql: "DELETE FROM snapshots WHERE id = ?", arguments: [id])
                let to = trash.appending(id)
                guard let snapshot = SnapshotID(id) else { continue }
                if rename(self.folder(of: snapshot).string, to.string) == 0 {
                    moved.append((to, row["disk_bytes"]))
                }
            }
            return moved
        }
        for (path, _) in removed { try removeTree(path) }
        return (removed.compactMap { $0.0.lastComponent?.string }, removed.reduce(0) { $0 + $1.1 })
    }
}
