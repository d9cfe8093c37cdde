import Foundation
import GRDB
import Linux
package import OCI
import SystemPackage

/// What a step of a build made, when it ran.
package struct CachedStep: Hashable, Sendable {
    /// The layer it made; nil when it made none.
    package var snapshot: SnapshotID?
    /// What its owner wants to remember; opaque here.
    package var extra: [UInt8]

    package init(snapshot: SnapshotID?, extra: [UInt8] = []) {
        self.snapshot = snapshot
        self.extra = extra
    }
}

extension Store {
    /// What the step with this key made. A step whose layer is gone was never made.
    package func cachedStep(_ key: Digest) throws(ImageError) -> CachedStep? {
        let row = try read("look into the build cache") { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT steps.snapshot, steps.extra, steps.used, snapshots.id AS known, snapshots.unsynced
                    FROM steps LEFT JOIN snapshots ON snapshots.id = steps.snapshot WHERE key = ?
                    """, arguments: [key.description])
        }
        guard let row else { return nil }
        let extra = [UInt8](row["extra"] as Data? ?? Data())
        if let text = row["snapshot"] as String? {
            guard let snapshot = SnapshotID(text), row["known"] as String? != nil else {
                try forgetStep(key)
                return nil
            }
            if let boot = row["unsynced"] as String?, boot != bootID {
                try forget(snapshot, because: "was not yet on disk when the machine stopped")
                return nil
            }
            guard exists(snapshot) else {
                try forget(snapshot, because: "is missing")
                return nil
            }
            try touch(key, snapshot: text, used: row["used"])
            return CachedStep(snapshot: snapshot, extra: extra)
        }
        try touch(key, snapshot: nil, used: row["used"])
        return CachedStep(snapshot: nil, extra: extra)
    }

    /// Notes that a step was used, for those who prune the least recently used; not more than once a minute.
    private func touch(_ key: Digest, snapshot: String?, used: Int64) throws(ImageError) {
        guard Self.now - used > 60 else { return }
        try write("note the use of a step") { database in
            try database.execute(
                sql: "UPDATE steps SET used = ? WHERE key = ?", arguments: [Self.now, key.description])
            if let snapshot {
                try database.execute(
                    sql: "UPDATE snapshots SET used = ? WHERE id = ?", arguments: [Self.now, snapshot])
            }
        }
    }

    /// Remembers what a step made.
    package func recordStep(_ key: Digest, _ step: CachedStep) throws(ImageError) {
        try write("record a step") { database in
            try database.execute(
                sql: """
                    INSERT INTO steps (key, snapshot, extra, added, used) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (key) DO UPDATE SET snapshot = excluded.snapshot, extra = excluded.extra,
                        added = excluded.added, used = excluded.used
                    """,
                arguments: [
                    key.description, step.snapshot?.description, Data(step.extra), Self.now, Self.now,
                ])
        }
    }

    /// Forgets a step, so that it is run again.
    package func forgetStep(_ key: Digest) throws(ImageError) {
        try write("forget a step") { database in
            try database.execute(sql: "DELETE FROM steps WHERE key = ?", arguments: [key.description])
        }
    }

    /// Runs `body` while nobody else, in this process or another, holds the lock of this step: whoever waits finds the
    /// step made. A process that dies lets go of it.
    package func withStepLock<Value: Sendable, Failure: Error>(
        _ key: Digest, _ body: () async throws(Failure) -> Value
    ) async throws -> Value {
        let path = location.appending("locks").appending(key.hex)
        var pause = 1
        while true {
            if let lock = try FileLock.tryExclusive(path) {
                defer { FileLock.release(lock, path) }
                return try await body()
            }
            try await Task.sleep(for: .milliseconds(pause))
            pause = min(pause * 2, 32)
        }
    }
}
