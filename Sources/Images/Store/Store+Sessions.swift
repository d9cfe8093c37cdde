import GRDB
import Glibc
import Linux
import Synchronization
import SystemPackage

/// A process that has the store open, as the others see it: a locked file in `sessions/`. The file's time of
/// modification is its mark: what was used since must not go.
final class StoreSession: Sendable {
    let path: FilePath
    private let lock: OwnedDescriptor
    private let state: Mutex<State>

    private struct State {
        var mark: Int64
        var leases: [Int: Int64] = [:]
        var count = 0
    }

    /// The files of this process, for when it has to end while other threads go on.
    private struct Files {
        var paths: Set<FilePath> = []
        var isOver = false
    }
    private static let files = Mutex(Files())

    /// - Parameter entry: Held alone by who removes things, while they go: a session that begins then is either seen
    ///   there, or finds them gone.
    init(in folder: FilePath, entry: FilePath) throws(ImageError) {
        let entry = try SharedLock(entry)
        try entry.take(LOCK_SH)
        defer { entry.release() }
        (path, lock) = try Self.files.withLock { files throws(ImageError) in
            guard !files.isOver else { throw ImageError(.cancelled, "stopped while the store was opened") }
            let (path, lock) = try Self.makeFile(in: folder)
            files.paths.insert(path)
            return (path, lock)
        }
        let mark = Int64(time(nil)) - Self.before
        Self.set(mark, of: path)
        state = Mutex(State(mark: mark))
    }

    /// What was used in the minute before counts as used now, so that who finds it need not write that down.
    private static let before: Int64 = 60

    private static func set(_ mark: Int64, of path: FilePath) {
        let time = timespec(tv_sec: Int(mark), tv_nsec: 0)
        _ = utimensat(AT_FDCWD, path.string, [time, time], AT_SYMLINK_NOFOLLOW)
    }

    private static func makeFile(in folder: FilePath) throws(ImageError) -> (FilePath, OwnedDescriptor) {
        // Somebody who looks for the dead may have it first.
        for _ in 0..<100 {
            let path = folder.appending(SnapshotID.random().description)
            if let lock = try FileLock.tryExclusive(path) { return (path, lock) }
        }
        throw ImageError(.system, "cannot lock a file of the store")
    }

    /// Removes all files of this process, and lets no more be made.
    static func endAll() {
        files.withLock { files in
            files.isOver = true
            for path in files.paths { unlink(path.string) }
        }
    }

    deinit {
        FileLock.release(lock, path)
        Self.files.withLock { _ = $0.paths.remove(path) }
    }

    /// Seconds since 1970.
    var mark: Int64 { state.withLock { $0.mark } }

    /// The mark of another's file; nil when it is gone.
    static func mark(of path: FilePath) throws(ImageError) -> Int64? {
        var status = stat()
        guard lstat(path.string, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw .system("cannot examine \(path)")
        }
        return Int64(status.st_mtim.tv_sec)
    }

    func beginLease() -> Int {
        state.withLock { state in
            state.count += 1
            state.leases[state.count] = Int64(time(nil)) - Self.before
            move(&state)
            return state.count
        }
    }

    func endLease(_ number: Int) {
        state.withLock { state in
            state.leases[number] = nil
            move(&state)
        }
    }

    /// With no lease the mark stays: who never took one keeps all that it used.
    private func move(_ state: inout State) {
        guard let oldest = state.leases.values.min(), oldest > state.mark else { return }
        state.mark = oldest
        Self.set(oldest, of: path)
    }
}

/// A piece of work in a process that does many: when it is over, what it alone used may be pruned, also by others and
/// while the process goes on.
package final class StoreLease: Sendable {
    private let session: StoreSession
    private let number: Int

    init(_ session: StoreSession) {
        self.session = session
        number = session.beginLease()
    }

    deinit { session.endLease(number) }
}

extension Store {
    /// Begins a piece of work. What it uses stays until the lease is let go.
    package func lease() -> StoreLease { StoreLease(session) }

    /// The latest time of use of what may be removed: all of it where nobody else is at work.
    ///
    /// - Parameter isOver: this process uses nothing any more.
    func oldestUse(isOver: Bool) throws(ImageError) -> Int64 {
        var oldest = isOver ? Self.now : min(Self.now, session.mark - 1)
        for path in try otherSessions() {
            if let mark = try StoreSession.mark(of: path) { oldest = min(oldest, mark - 1) }
        }
        return oldest
    }

    /// Where what ``StoreSession`` calls `entry` is, in a store.
    static let entryLock = "sessions.lock"

    /// Removes things in one transaction, as seen from it: who opened the store since `oldest` was found relies on what
    /// was used a minute before that, without noting it again.
    ///
    /// - Parameter body: gets the latest time of use of what may go.
    @discardableResult
    func removing<Value>(
        _ what: String, usedBefore oldest: Int64, _ body: (Database, Int64) throws -> Value
    ) throws(ImageError) -> Value {
        let entry = try SharedLock(location.appending(Self.entryLock))
        try entry.take(LOCK_EX)
        defer { entry.release() }
        let last = min(oldest, try oldestUse(isOver: true))
        return try write(what) { try body($0, last) }
    }

    /// The files of processes that have the store open beside this object; those of the dead are removed.
    func otherSessions() throws(ImageError) -> [FilePath] {
        let folder = location.appending("sessions")
        let names: [FilePath.Component]
        do throws(LinuxError) {
            names = try RootedDirectory(at: folder).entries().map(\.name)
        } catch {
            throw ImageError(error)
        }
        var found: [FilePath] = []
        for name in names where name != session.path.lastComponent {
            let path = folder.appending(name)
            if let lock = try FileLock.tryExclusive(path) {
                FileLock.release(lock, path)
            } else {
                found.append(path)
            }
        }
        return found
    }

    /// Whether a use must be noted: what was used before the mark may be removed by others, and who prunes wants to know
    /// within a minute what is used.
    func isStale(_ used: Int64) -> Bool { used <= session.mark + 1 || Self.now - used > 60 }
}
