import GRDB
import Glibc
import Linux
package import OCI
import SystemPackage

/// What the store holds, in bytes on disk, layers counted once.
package struct StoreUsage: Hashable, Sendable {
    package var images = 0
    /// Layers that images need.
    package var imageBytes: Int64 = 0
    /// Of images without a name.
    package var danglingImages = 0
    package var steps = 0
    /// Layers that only the build cache needs.
    package var cacheBytes: Int64 = 0
    package var snapshots = 0

    package var totalBytes: Int64 { imageBytes + cacheBytes }
}

/// What pruning removed.
package struct PruneResult: Hashable, Sendable {
    package var images: [Digest] = []
    package var names: [Reference] = []
    package var steps = 0
    package var snapshots = 0
    /// Bytes on disk, about.
    package var bytes: Int64 = 0
}

extension Store {
    /// What there is, and how much of it.
    package func diskUsage() throws(ImageError) -> StoreUsage {
        try read("measure the store") { database in
            var usage = StoreUsage()
            usage.images = try Int.fetchOne(database, sql: "SELECT count(*) FROM images") ?? 0
            usage.danglingImages =
                try Int.fetchOne(
                    database, sql: "SELECT count(*) FROM images WHERE key NOT IN (SELECT image FROM names)") ?? 0
            usage.steps = try Int.fetchOne(database, sql: "SELECT count(*) FROM steps") ?? 0
            usage.snapshots = try Int.fetchOne(database, sql: "SELECT count(*) FROM snapshots") ?? 0
            usage.imageBytes =
                try Int64.fetchOne(
                    database,
                    sql: """
                        SELECT sum(disk_bytes) FROM snapshots WHERE id IN (SELECT snapshot FROM image_layers)
                        """) ?? 0
            usage.cacheBytes =
                try Int64.fetchOne(
                    database,
                    sql: """
                        SELECT sum(disk_bytes) FROM snapshots WHERE id NOT IN (SELECT snapshot FROM image_layers)
                        """) ?? 0
            return usage
        }
    }

    /// Removes what nobody needs.
    ///
    /// - Parameters:
    ///   - cacheLimit: bytes of the build cache to keep; the least recently used steps go first. nil keeps all.
    ///   - danglingImages: also images without a name.
    ///   - allImages: also images that have one.
    package func prune(
        cacheLimit: Int64? = 0, danglingImages: Bool = true, allImages: Bool = false
    ) async throws(ImageError) -> PruneResult {
        var result = PruneResult()
        let oldest = try beginPruning()
        defer { endPruning() }
        if danglingImages || allImages {
            let condition = allImages ? "origin <> 'container'" : "key NOT IN (SELECT image FROM names)"
            (result.images, result.names) = try write("remove images") { database in
                let removed = try Row.fetchAll(
                    database,
                    sql: "SELECT key, coalesce(id, key) AS shown FROM images WHERE \(condition) AND used <= ?",
                    arguments: [oldest])
                var images: [Digest] = []
                var names: [Reference] = []
                for row in removed {
                    let key: String = row["key"]
                    names += try String.fetchAll(
                        database, sql: "SELECT name FROM names WHERE image = ?", arguments: [key]
                    ).compactMap { try? Reference(parsing: $0) }
                    try database.execute(sql: "DELETE FROM images WHERE key = ?", arguments: [key])
                    if let shown = Digest(row["shown"] as String) { images.append(shown) }
                }
                return (images, names)
            }
        }
        if let cacheLimit { result.steps = try removeSteps(keeping: cacheLimit, usedBefore: oldest) }
        let removed = try await removeUnneededSnapshots(usedBefore: oldest)
        result.snapshots = removed.count
        result.bytes = removed.bytes
        return result
    }

    /// Brings the store down to a size: first the build cache, least recently used first, then images without a name.
    /// Images with a name are never removed unasked.
    @discardableResult
    package func shrink(to limit: Int64) async throws(ImageError) -> PruneResult {
        let usage = try diskUsage()
        guard usage.totalBytes > limit else { return PruneResult() }
        return try await prune(cacheLimit: max(0, limit - usage.imageBytes))
    }

    /// Alone, everything may go; while other processes use the store, only what was not used for a day, so that no
    /// layer vanishes under a running step.
    private func beginPruning() throws(ImageError) -> Int64 {
        if flock(usage.rawValue, LOCK_EX | LOCK_NB) == 0 { return Self.now }
        flock(usage.rawValue, LOCK_SH)
        return Self.now - 86400
    }

    private func endPruning() { flock(usage.rawValue, LOCK_SH) }

    private func removeSteps(keeping limit: Int64, usedBefore oldest: Int64) throws(ImageError) -> Int {
        try write("remove steps") { database in
            let steps = try Row.fetchAll(
                database,
                sql: """
                    SELECT steps.key, steps.used, steps.snapshot,
                        CASE WHEN steps.snapshot IN (SELECT snapshot FROM image_layers) THEN 0
                            ELSE coalesce(snapshots.disk_bytes, 0) END AS bytes
                    FROM steps LEFT JOIN snapshots ON snapshots.id = steps.snapshot ORDER BY steps.used DESC, steps.key
                    """)
            var kept: Int64 = 0
            var counted: Set<String> = []
            var removed = 0
            for step in steps {
                let snapshot = step["snapshot"] as String?
                let bytes: Int64 = snapshot.map { counted.contains($0) } == true ? 0 : step["bytes"]
                if limit > 0, kept + bytes <= limit {
                    kept += bytes
                    if let snapshot { counted.insert(snapshot) }
                } else if (step["used"] as Int64) <= oldest {
                    try database.execute(sql: "DELETE FROM steps WHERE key = ?", arguments: [step["key"] as String])
                    removed += 1
                }
            }
            return removed
        }
    }

    /// Removes layers that neither an image nor a step needs.
    @discardableResult
    func removeUnneededSnapshots(
        usedBefore oldest: Int64 = Store.now - 86400
    ) async throws(ImageError) -> (count: Int, bytes: Int64) {
        try await DedicatedThread.run { () throws(ImageError) -> (count: Int, bytes: Int64) in
            let trash = try self.ownPendingFolder()
            let removed: [(FilePath, Int64)] = try self.write("remove layers") { database in
                let rows = try Row.fetchAll(
                    database,
                    sql: """
                        SELECT id, disk_bytes FROM snapshots WHERE used <= ?
                            AND id NOT IN (SELECT snapshot FROM image_layers)
                            AND id NOT IN (SELECT snapshot FROM steps WHERE snapshot IS NOT NULL)
                        """, arguments: [oldest])
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
            for (path, _) in removed { try self.removeTree(path) }
            return (removed.count, removed.reduce(0) { $0 + $1.1 })
        }
    }
}
