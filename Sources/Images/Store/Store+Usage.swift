import GRDB

/// What the store holds, in bytes on disk, layers counted once.
package struct StoreUsage: Hashable, Sendable {
    package var images = 0
    /// Layers that images need.
    package var imageBytes: Int64 = 0
    /// Layers that only containers need.
    package var containerBytes: Int64 = 0
    /// Of images without a name.
    package var danglingImages = 0
    /// Of layers that only images without a name need.
    package var danglingBytes: Int64 = 0
    package var steps = 0
    /// Layers that only the build cache needs, and cache mounts.
    package var cacheBytes: Int64 = 0
    package var cacheMounts = 0
    package var snapshots = 0

    package var totalBytes: Int64 { imageBytes + containerBytes + cacheBytes }
}

/// A thing of the build cache, as a list shows it.
package struct CacheEntry: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case regular
        case cacheMount = "exec.cachemount"
    }

    package var id: String
    package var kind: Kind
    /// Bytes on disk.
    package var bytes: Int64
    /// Seconds since 1970; nil where nobody noted it.
    package var added: Int64?
    package var used: Int64
    /// An image has the layer too.
    package var isShared: Bool
}

extension Store {
    /// What there is, and how much of it.
    package func diskUsage() throws(ImageError) -> StoreUsage {
        try read("measure the store") { database in
            func number(_ sql: String) throws -> Int64 { try Int64.fetchOne(database, sql: sql) ?? 0 }
            let named = "SELECT snapshot FROM image_layers WHERE image IN (SELECT image FROM names)"
            var usage = StoreUsage()
            usage.images = Int(try number("SELECT count(*) FROM images WHERE origin <> 'container'"))
            usage.danglingImages = Int(
                try number("SELECT count(*) FROM images WHERE key NOT IN (SELECT image FROM names)"))
            usage.steps = Int(try number("SELECT count(*) FROM steps"))
            usage.snapshots = Int(try number("SELECT count(*) FROM snapshots"))
            usage.cacheMounts = Int(try number("SELECT count(*) FROM cache_mounts"))
            let all = try number(
                "SELECT sum(disk_bytes) FROM snapshots WHERE id IN (SELECT snapshot FROM image_layers)")
            usage.imageBytes = try number(
                """
                SELECT sum(disk_bytes) FROM snapshots WHERE id IN (SELECT snapshot FROM image_layers
                    WHERE image IN (SELECT key FROM images WHERE origin <> 'container'))
                """)
            usage.containerBytes = all - usage.imageBytes
            usage.danglingBytes = try number(
                """
                SELECT sum(disk_bytes) FROM snapshots WHERE id IN (SELECT snapshot FROM image_layers)
                    AND id NOT IN (\(named))
                """)
            usage.cacheBytes = try number(
                """
                SELECT (SELECT coalesce(sum(disk_bytes), 0) FROM snapshots
                        WHERE id NOT IN (SELECT snapshot FROM image_layers))
                    + (SELECT coalesce(sum(bytes), 0) FROM cache_mounts)
                """)
            return usage
        }
    }

    /// The build cache, the most recently used first.
    package func cacheEntries() throws(ImageError) -> [CacheEntry] {
        try read("list the build cache") { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT id, 'regular' AS kind, disk_bytes AS bytes, added, used,
                        id IN (SELECT snapshot FROM image_layers) AS shared
                    FROM snapshots WHERE id IN (SELECT snapshot FROM steps WHERE snapshot IS NOT NULL)
                        OR id NOT IN (SELECT snapshot FROM image_layers)
                    UNION ALL SELECT name, 'exec.cachemount', bytes, NULL, used, 0 FROM cache_mounts
                    ORDER BY 5 DESC, 1
                    """
            ).map {
                CacheEntry(
                    id: $0["id"], kind: CacheEntry.Kind(rawValue: $0["kind"]) ?? .regular, bytes: $0["bytes"],
                    added: $0["added"], used: $0["used"], isShared: $0["shared"])
            }
        }
    }
}
