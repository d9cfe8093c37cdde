import GRDB
import Glibc
import Linux
import SystemPackage

extension Store {
    private static let schemaVersion = 3

    /// The database of a store, with what had to be done to have one.
    struct Opened {
        var queue: DatabaseQueue
        /// Which file it is, whatever is at its path later.
        var file: FileIdentity?
        /// There was none, or none that could be used.
        var isNew: Bool
        var repair: String?
    }

    private enum Name {
        static let database = "store.sqlite"
        /// Says that a process met damage in the database, which the next one to open it sets aside.
        static let mark = "store.sqlite.is-damaged"
        static let damaged = "store.sqlite.damaged"
        static let lock = "database.lock"
    }

    /// Opens the database. One that is damaged, or of another version's making, is set aside for a new one: all that it
    /// names can be made again.
    ///
    /// - Parameter mending: else what is not as it should be is an error.
    static func openDatabase(in location: FilePath, mending: Bool) throws(ImageError) -> Opened {
        let path = location.appending(Name.database)
        let mark = DamageMark(path: location.appending(Name.mark), database: path)
        // Shared by all who open it, held alone by who replaces it: a new database never meets the log of an old one.
        let lock = try SharedLock(location.appending(Name.lock))
        defer { lock.release() }
        try lock.take(LOCK_SH)
        guard mending else {
            guard !mark.isSet else { throw ImageError(.corrupt, "the database is damaged") }
            let (queue, _) = try openSound(path, making: false)
            return Opened(queue: queue, file: FileIdentity(path), isNew: false, repair: nil)
        }
        if !mark.isSet {
            do throws(ImageError) {
                let (queue, isNew) = try openSound(path)
                let repair =
                    isNew && hasSnapshots(location)
                    ? "the database of the store was gone: what it named is made again when it is needed" : nil
                return Opened(queue: queue, file: FileIdentity(path), isNew: isNew, repair: repair)
            } catch {
                guard error.code == .corrupt else { throw error }
            }
        }
        // One process mends it, the others find it mended.
        lock.release()
        try lock.take(LOCK_EX)
        if !mark.isSet, let (queue, isNew) = try? openSound(path) {
            return Opened(queue: queue, file: FileIdentity(path), isNew: isNew, repair: nil)
        }
        let aside = location.appending(Name.damaged)
        guard rename(path.string, aside.string) == 0 || errno == ENOENT else {
            throw .system("cannot set the damaged database of the store aside")
        }
        for end in ["-wal", "-shm"] { unlink(path.string + end) }
        let (queue, _) = try openSound(path)
        mark.remove()
        return Opened(
            queue: queue, file: FileIdentity(path), isNew: true,
            repair: "the database of the store was damaged and is now \(aside): "
                + "images and steps are made again when they are needed")
    }

    private static func hasSnapshots(_ location: FilePath) -> Bool {
        let entries = try? RootedDirectory(at: location.appending("snapshots")).entries()
        return entries?.isEmpty == false
    }

    /// Opens a database that has what this program wants, and makes one where there is none.
    ///
    /// One connection, not a pool: a pool writes, and waits for the disk, when it is opened.
    private static func openSound(
        _ path: FilePath, making: Bool = true
    ) throws(ImageError) -> (queue: DatabaseQueue, isNew: Bool) {
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        // With a write-ahead log a crash of the machine may undo the last commits, and never damages.
        configuration.journalMode = .wal
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 200")
        }
        var status = stat()
        guard lstat(path.string, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
            throw ImageError(.corrupt, "\(path) is no file")
        }
        return try wrap("open the store's database") {
            let queue = try DatabaseQueue(path: path.string, configuration: configuration)
            var isNew = false
            if try queue.read({ try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }) != schemaVersion {
                guard making else { throw ImageError(.corrupt, "the database of the store is not what it should be") }
                isNew = try queue.write { database in try upgrade(database) }
            }
            try queue.read { database in
                // Names all columns: what another program left there is told by what it lacks. Who only looks things up
                // finds that out where it asks.
                for (table, columns) in columns where making {
                    do {
                        _ = try Row.fetchOne(database, sql: "SELECT \(columns) FROM \(table) LIMIT 1")
                    } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
                        throw ImageError(.corrupt, "the table \(table) of the store's database is not what it was")
                    }
                }
                try checkSize(database, path)
            }
            return (queue, isNew)
        }
    }

    /// Whoever opens the database when nobody has it open reads its whole log, so a long one is moved to its place. That
    /// waits for the disk, and on most file systems for all that was written just before, layers too: so only while little
    /// is to be written, and nobody else is at work.
    /// - Parameter unwritten: Bytes of files that are not yet on disk; nil where that is not known.
    func emptyLog(unwritten: @autoclosure () -> Int64?) {
        var log = stat()
        guard stat(location.appending(Name.database).string + "-wal", &log) == 0, log.st_size > Self.longLog,
            let bytes = unwritten(), bytes < Self.littleToWrite
        else { return }
        try? database.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA busy_timeout = 0")
            try database.checkpoint(.truncate)
        }
    }

    /// Bytes that any disk takes in a moment.
    private static let littleToWrite: Int64 = 4 << 20

    /// Bytes: some fifteen pages, which are read in a tenth of a millisecond.
    private static let longLog = 64 << 10

    /// A file that was cut off; what the log holds is not in it yet.
    private static func checkSize(_ database: Database, _ path: FilePath) throws {
        var (file, log) = (stat(), stat())
        let hasLog = stat(path.string + "-wal", &log) == 0 && log.st_size > 0
        guard !hasLog, stat(path.string, &file) == 0 else { return }
        let pages = try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0
        let size = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0
        guard Int64(file.st_size) >= pages * size else {
            throw ImageError(.corrupt, "the database of the store is cut off")
        }
    }

    private static let columns = [
        (
            "snapshots",
            "id, added, used, tar_bytes, archive_bytes, disk_bytes, entries, fingerprint, diff_id, framed, unsynced, "
                + "summary, content, file_bytes"
        ), ("steps", "key, snapshot, extra, added, used, seal"),
        ("images", "key, id, added, used, origin, configuration, original, digests, record"),
        ("image_layers", "image, position, snapshot"), ("names", "name, image"), ("cache_mounts", "name, used, bytes"),
    ]

    /// Makes the schema, or brings an older one up to date; true if there was none. Another process may have been faster.
    private static func upgrade(_ database: Database) throws -> Bool {
        switch try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0 {
        case 0:
            // Tables without a version are somebody else's.
            guard try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0 else {
                throw ImageError(.corrupt, "the database of the store has no version")
            }
            try makeSchema(database)
            return true
        case schemaVersion: return false
        case 1:
            try database.execute(
                sql: """
                    ALTER TABLE snapshots ADD COLUMN summary TEXT;
                    ALTER TABLE snapshots ADD COLUMN content TEXT;
                    ALTER TABLE steps ADD COLUMN seal TEXT;
                    DELETE FROM steps;
                    \(cacheMounts)
                    """)
            fallthrough
        case 2:
            // Version 2 kept sizes in a table of its own, made when one was first asked for.
            try database.execute(
                sql: """
                    ALTER TABLE snapshots ADD COLUMN file_bytes INTEGER;
                    DROP TABLE IF EXISTS contents;
                    PRAGMA user_version = \(schemaVersion);
                    """)
            return false
        default: throw ImageError(.corrupt, "the database of the store is of a version that is not known")
        }
    }

    private static let cacheMounts = """
        CREATE TABLE cache_mounts (
            name TEXT PRIMARY KEY,
            used INTEGER NOT NULL,
            bytes INTEGER NOT NULL
        ) WITHOUT ROWID;
        """

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
                    unsynced TEXT,
                    summary TEXT,
                    content TEXT,
                    file_bytes INTEGER
                ) WITHOUT ROWID;
                CREATE INDEX snapshots_by_diff_id ON snapshots (diff_id) WHERE diff_id IS NOT NULL;
                CREATE TABLE steps (
                    key TEXT PRIMARY KEY,
                    snapshot TEXT,
                    extra BLOB,
                    added INTEGER NOT NULL,
                    used INTEGER NOT NULL,
                    seal TEXT
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
                \(cacheMounts)
                PRAGMA user_version = \(schemaVersion);
                """)
    }

    /// Runs what talks to SQLite, and says in our words what fails.
    private static func wrap<Value>(_ what: String, _ body: () throws -> Value) throws(ImageError) -> Value {
        do { return try body() } catch { throw failure(what, error) }
    }

    private static func failure(_ what: String, _ error: any Error) -> ImageError {
        if let error = error as? ImageError { return error }
        guard let error = error as? DatabaseError else { return ImageError(.system, "cannot \(what): \(error)") }
        switch error.resultCode {
        case .SQLITE_FULL: return ImageError.full("cannot \(what): no space left")
        case .SQLITE_NOMEM:
            return ImageError(
                .system, "cannot \(what): out of memory",
                hint: "end other programs, or allow this one more (`ulimit -v`, the limit of its control group)",
                errno: ENOMEM)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return ImageError(
                .corrupt, "cannot \(what): the database of the store is damaged",
                hint: "run the command again: the database is then made anew, no learner's work is in it")
        default: return ImageError(.system, "cannot \(what): \((error.message ?? "failed").lowercased())")
        }
    }

    func read<Value>(_ what: String, _ body: (Database) throws -> Value) throws(ImageError) -> Value {
        try noting(what) { try database.read(body) }
    }

    @discardableResult
    func write<Value>(_ what: String, _ body: (Database) throws -> Value) throws(ImageError) -> Value {
        try noting(what) { try database.write(body) }
    }

    /// Leaves word of a damaged database for the next who opens it, and of a full disk where the database calls it an
    /// error of input or output.
    private func noting<Value>(_ what: String, _ body: () throws -> Value) throws(ImageError) -> Value {
        do {
            return try body()
        } catch {
            // What the database itself says; errors of ours that pass through it are about layers.
            if let code = (error as? DatabaseError)?.resultCode, code == .SQLITE_CORRUPT || code == .SQLITE_NOTADB {
                // Another one may be at its place already: that one is not to blame.
                try DamageMark(path: location.appending(Name.mark), database: location.appending(Name.database))
                    .set(for: databaseFile)
            }
            let failure = Self.failure(what, error)
            throw failure.code == .system ? failure.asFull(at: location) : failure
        }
    }
}
