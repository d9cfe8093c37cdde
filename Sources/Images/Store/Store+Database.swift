import GRDB
import SystemPackage

extension Store {
    private static let schemaVersion = 1

    /// One connection, not a pool: a pool writes, and waits for the disk, when it is opened.
    static func openDatabase(_ path: FilePath) throws(ImageError) -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        // With a write-ahead log a crash of the machine may undo the last commits, and never damages.
        configuration.journalMode = .wal
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 200")
        }
        return try wrap("open the store's database") {
            let queue = try DatabaseQueue(path: path.string, configuration: configuration)
            let version = try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
            if version < schemaVersion {
                try queue.write { database in
                    // Another process may have been faster.
                    if try Int.fetchOne(database, sql: "PRAGMA user_version") == 0 { try makeSchema(database) }
                }
            }
            return queue
        }
    }

    private static func makeSchema(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE snapshots (
                    id TEXT PRIMARY KEY,
                    added INTEGER NOT NULL,
                    used INTEGER NOT NULL,
                    tar_bytes INTEGER NOT NULL,
                    archive_bytes INTEGER,
                    disk_bytes INTEGER NOT NULL,
                    entries INTEGER NOT NULL,
                    fingerprint TEXT NOT NULL,
                    diff_id TEXT,
                    framed INTEGER NOT NULL,
                    unsynced TEXT
                ) WITHOUT ROWID;
                CREATE INDEX snapshots_by_diff_id ON snapshots (diff_id) WHERE diff_id IS NOT NULL;
                CREATE TABLE steps (
                    key TEXT PRIMARY KEY,
                    snapshot TEXT,
                    extra BLOB,
                    added INTEGER NOT NULL,
                    used INTEGER NOT NULL
                ) WITHOUT ROWID;
                CREATE INDEX steps_by_snapshot ON steps (snapshot);
                CREATE TABLE images (
                    key TEXT PRIMARY KEY,
                    id TEXT,
                    added INTEGER NOT NULL,
                    used INTEGER NOT NULL,
                    origin TEXT NOT NULL,
                    configuration BLOB NOT NULL,
                    original BLOB,
                    digests TEXT NOT NULL,
                    record BLOB
                ) WITHOUT ROWID;
                CREATE TABLE image_layers (
                    image TEXT NOT NULL REFERENCES images (key) ON DELETE CASCADE,
                    position INTEGER NOT NULL,
                    snapshot TEXT NOT NULL,
                    PRIMARY KEY (image, position)
                ) WITHOUT ROWID;
                CREATE INDEX image_layers_by_snapshot ON image_layers (snapshot);
                CREATE TABLE names (
                    name TEXT PRIMARY KEY,
                    image TEXT NOT NULL REFERENCES images (key) ON DELETE CASCADE
                ) WITHOUT ROWID;
                CREATE INDEX names_by_image ON names (image);
                PRAGMA user_version = \(schemaVersion);
                """)
    }

    /// Runs what talks to SQLite, and says in our words what fails.
    static func wrap<Value>(_ what: String, _ body: () throws -> Value) throws(ImageError) -> Value {
        do {
            return try body()
        } catch let error as ImageError {
            throw error
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_FULL:
                throw ImageError(
                    .diskFull, "cannot \(what): no space left",
                    hint: "free some space, or remove what no image needs with `lesson docker system prune`")
            case .SQLITE_CORRUPT, .SQLITE_NOTADB:
                throw ImageError(
                    .corrupt, "cannot \(what): the database of the store is damaged",
                    hint: "remove the folder `store` in LESSON_HOME: images are made again, no learner's work is in it")
            default: throw ImageError(.system, "cannot \(what): \((error.message ?? "failed").lowercased())")
            }
        } catch {
            throw ImageError(.system, "cannot \(what): \(error)")
        }
    }

    func read<Value>(_ what: String, _ body: (Database) throws -> Value) throws(ImageError) -> Value {
        try Self.wrap(what) { try database.read(body) }
    }

    @discardableResult
    func write<Value>(_ what: String, _ body: (Database) throws -> Value) throws(ImageError) -> Value {
        try Self.wrap(what) { try database.write(body) }
    }
}
