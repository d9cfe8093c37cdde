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
                    SELECT steps.snapshot, steps.extra, steps.used, steps.seal, snapshots.id AS known,
                        snapshots.unsynced
                    FROM steps LEFT JOIN snapshots ON snapshots.id = steps.snapshot WHERE key = ?
                    """, arguments: [key.description])
        }
        guard let row else { return nil }
        let extra = [UInt8](row["extra"] as Data? ?? Data())
        let text = row["snapshot"] as String?
        // A row that is not as it was written: nobody knows which other step it tells of.
        if row["seal"] as String? != Self.seal(key, text, extra) {
            if isLookup { return nil }
            noteRepair("a step in the database of the store is damaged: it is run again when it is needed")
            try forgetStep(key)
            return nil
        }
        if let text {
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
            guard try touch(key, snapshot: text, used: row["used"]) else { return nil }
            return CachedStep(snapshot: snapshot, extra: extra)
        }
        guard try touch(key, snapshot: nil, used: row["used"]) else { return nil }
        return CachedStep(snapshot: nil, extra: extra)
    }

    private static func seal(_ key: Digest, _ snapshot: String?, _ extra: [UInt8]) -> String {
        var hasher = SHA256Hasher()
        hasher.update("\(key) \(snapshot ?? "") ")
        hasher.update(extra)
        return String(hasher.finalize().hex.prefix(32))
    }

    /// Notes that a step was used, so that nobody prunes it now, and it goes late when somebody does.
    ///
    /// - Returns: Whether it is still there.
    private func touch(_ key: Digest, snapshot: String?, used: Int64) throws(ImageError) -> Bool {
        guard isStale(used) else { return true }
        return try write("note the use of a step") { database in
            try database.execute(
                sql: "UPDATE steps SET used = ? WHERE key = ?", arguments: [Self.now, key.description])
            guard database.changesCount == 1 else { return false }
            guard let snapshot else { return true }
            try database.execute(sql: "UPDATE snapshots SET used = ? WHERE id = ?", arguments: [Self.now, snapshot])
            return database.changesCount == 1
        }
    }

    /// Notes that layers are used, so that nobody prunes them now.
    ///
    /// - Returns: Whether all are still there.
    func use(_ layers: [SnapshotID]) throws(ImageError) -> Bool {
        try write("note the use of layers") { database in
            var isComplete = true
            for layer in Set(layers) {
                try database.execute(
                    sql: "UPDATE snapshots SET used = ? WHERE id = ?", arguments: [Self.now, layer.description])
                if database.changesCount == 0 { isComplete = false }
            }
            return isComplete
        }
    }

    /// Remembers what a step made.
    package func recordStep(_ key: Digest, _ step: CachedStep) throws(ImageError) {
        try write("record a step") { database in
            try database.execute(
                sql: """
                    INSERT INTO steps (key, snapshot, extra, added, used, seal) VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (key) DO UPDATE SET snapshot = excluded.snapshot, extra = excluded.extra,
                        added = excluded.added, used = excluded.used, seal = excluded.seal
                    """,
                arguments: [
                    key.description, step.snapshot?.description, Data(step.extra), Self.now, Self.now,
                    Self.seal(key, step.snapshot?.description, step.extra),
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
