import GRDB
import Glibc
package import Linux
import Synchronization
package import SystemPackage

/// Images, layers and the build cache of one person, on disk, shared by all processes that have it open.
///
/// Layers are directories under `snapshots/`, written under `pending/` first and renamed when complete; what names
/// them is SQLite. Nothing half-made is ever found: a process that dies leaves a folder in `pending/` whose lock is
/// free, which the next one removes.
package final class Store: Sendable {
    package let location: FilePath
    package let ids: IdentityMapping
    let database: DatabaseQueue
    /// The file that ``database`` is.
    let databaseFile: FileIdentity?
    let state = Mutex(State())
    /// Held while all of a layer is read to compare it.
    let closeComparison = Mutex(())
    let session: StoreSession
    let bootID: String
    /// Whether things are only looked up here: what is found damaged is left to a store that can look closely, inside the
    /// engine's namespaces, where owners are what they are.
    let isLookup: Bool

    struct State {
        /// This process's own folder in `pending/`, and the lock that shows it is alive.
        var pending: (folder: FilePath, lock: OwnedDescriptor)?
        var repairs: [String] = []
        /// Snapshots that were compared with what was committed.
        var verified: Set<SnapshotID> = []
        /// Those that are being compared.
        var comparisons: [SnapshotID: Task<Result<Void, ImageError>, Never>] = [:]
        /// When snapshots were committed, of those that somebody asked for: seconds since 1970.
        var added: [SnapshotID: Int64] = [:]
    }

    /// Opens the store, making it when it is not there.
    ///
    /// - Parameter tidying: Whether to look for what processes left that were killed, and for layers that are not yet
    ///   on disk; not for who only looks something up.
    package init(at location: FilePath, ids: IdentityMapping, tidying: Bool = true) throws(ImageError) {
        self.location = location
        self.ids = ids
        for folder in ["", "snapshots", "pending", "locks", "sessions"] {
            try Self.makeFolder(folder.isEmpty ? location : location.appending(folder))
        }
        session = try StoreSession(
            in: location.appending("sessions"), entry: location.appending(Self.entryLock))
        isLookup = !tidying
        let opened = try Self.openDatabase(in: location, mending: tidying)
        database = opened.queue
        databaseFile = opened.file
        bootID = Self.readBootID()
        guard tidying else { return }
        if let words = opened.repair { noteRepair(words) }
        try removeLeftovers()
        if opened.isNew { try removeUnknownSnapshots() }
        // Builds do not wait for the disk: what they made a while ago is there by now, or soon.
        if try hasUnsynced(addedBefore: Self.now - Self.writeBackSeconds) { syncInBackground() }
    }

    /// After which time the kernel has written by itself what was changed, so that waiting for it takes no time: it begins
    /// after 30 seconds (`vm.dirty_expire_centisecs`).
    private static let writeBackSeconds: Int64 = 120

    /// Keeps the connection to the database for as long as the process lives: closing it would copy what was recorded
    /// from the log to its place and wait for the disk twice, which can be left to a process that records more.
    package func leaveDatabaseOpen() { Self.connections.withLock { $0.append(database) } }

    private static let connections = Mutex<[DatabaseQueue]>([])

    deinit { close() }

    /// Takes away what shows that this process was here. To be called when it uses the store no more, as a process ends
    /// without `deinit`.
    package func close() {
        let pending = state.withLock { state in
            defer { state.pending = nil }
            return state.pending
        }
        if let pending {
            // Empty unless something was abandoned, which the next process removes.
            _ = rmdir(pending.folder.string)
            if access(pending.folder.string, F_OK) != 0 { unlink(pending.folder.string + ".lock") }
        }
        unlink(session.path.string)
        emptyLog(unwritten: UnwrittenBytes.now)
    }

    /// Takes away what shows that this process looks things up in a store, whatever its threads are doing, for good: to be
    /// called right before it ends because it was told to.
    package static func abandonLookups() { StoreSession.endAll() }

    /// What was found damaged or missing since the store was opened, and was forgotten so that it is made again.
    package func takeRepairs() -> [String] {
        state.withLock { state in
            defer { state.repairs = [] }
            return state.repairs
        }
    }

    func noteRepair(_ words: String) {
        state.withLock { state in
            if state.repairs.count < 100 { state.repairs.append(words) }
        }
    }

    static func makeFolder(_ path: FilePath) throws(ImageError) {
        if mkdir(path.string, 0o700) == 0 { return }
        if errno == ENOENT, path.components.count > 1 {
            try makeFolder(path.removingLastComponent())
            if mkdir(path.string, 0o700) == 0 { return }
        }
        guard errno == EEXIST else { throw .system("cannot make the folder \(path)") }
        var status = stat()
        guard stat(path.string, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw ImageError(
                .corrupt, "\(path) is no folder", hint: "move it away: the store makes its folder there again")
        }
    }

    private static func readBootID() -> String {
        let descriptor = Glibc.open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "unknown" }
        defer { Glibc.close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 36)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : "unknown"
    }

    /// Seconds since 1970.
    static var now: Int64 { Int64(time(nil)) }
}
