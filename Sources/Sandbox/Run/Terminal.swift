import CLinux
import Glibc
import Linux
import Synchronization
import SystemPackage

/// A terminal between ours and the step's. The runtime sits on it and makes another one for the container, so that
/// nothing in the container holds a descriptor of the person's own (`TIOCSTI` could type into that).
final class Terminal: Sendable {
    private let controller: OwnedDescriptor
    private let other: Mutex<OwnedDescriptor?>
    private let saved: [UInt8]?

    /// Opens one, of the size of ours, and makes ours pass every key on.
    init() throws(LinuxError) {
        var ends: (Int32, Int32) = (-1, -1)
        let failed = lesson_terminal_open(&ends.0, &ends.1)
        guard failed >= 0 else { throw LinuxError("open a terminal", nil, Errno(rawValue: -failed)) }
        controller = OwnedDescriptor(ends.0)
        other = Mutex(OwnedDescriptor(ends.1))
        _ = lesson_terminal_size(0, ends.0)
        var state = [UInt8](repeating: 0, count: Int(LESSON_TERMINAL_STATE))
        saved = lesson_terminal_raw(0, &state) == 0 ? state : nil
    }

    /// Rows and columns of a terminal; nil where it is none or does not say.
    static func size(of descriptor: Int32) -> (rows: Int64, columns: Int64)? {
        var rows: Int32 = 0
        var columns: Int32 = 0
        guard lesson_terminal_dimensions(descriptor, &rows, &columns) == 0, rows > 0, columns > 0 else { return nil }
        return (Int64(rows), Int64(columns))
    }

    /// The end for the runtime; after the last time we no longer hold it, and reading ends when it is closed.
    func takeTerminal(last: Bool) -> OwnedDescriptor? {
        other.withLock { other in
            defer { if last { other = nil } }
            return other
        }
    }

    /// Our end, once more.
    func duplicate() throws(LinuxError) -> OwnedDescriptor {
        let copy = dup(controller.rawValue)
        guard copy >= 0 else { throw LinuxError("duplicate a terminal", nil, Errno(rawValue: errno)) }
        return OwnedDescriptor(copy)
    }

    /// Takes our terminal's size over, when it changed.
    ///
    /// - Parameter pidFile: where the runtime wrote the pid of the container's first process. crun tells the container of
    ///   a new size only where it is told by a console socket, so its terminal is set through that process.
    func followSize(pidFile: FilePath) {
        guard let new = Self.size(of: 0), let old = Self.size(of: controller.rawValue), new != old,
            lesson_terminal_size(0, controller.rawValue) == 0
        else { return }
        guard let text = try? RootedDirectory(at: pidFile.removingLastComponent()).readFile("pid", limit: 32),
            let pid = Int32(String(decoding: text, as: UTF8.self))
        else { return }
        // Whatever the container made of it: not waited for, not made our terminal, and told nothing but a size.
        let fd = open("/proc/\(pid)/fd/0", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard fd >= 0 else { return }
        _ = lesson_terminal_size(0, fd)
        close(fd)
    }

    /// Gives our terminal its keys back.
    func restore() {
        if let saved { _ = lesson_terminal_restore(0, saved) }
    }
}
