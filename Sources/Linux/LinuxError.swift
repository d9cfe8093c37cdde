import Glibc
package import SystemPackage

/// A system call that failed: what was tried, on which path, and what the kernel said.
package struct LinuxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried, a verb phrase: `open`, `mount an overlay`.
    package var operation: String
    /// The path it was tried on, if one was named.
    package var path: FilePath?
    /// The kernel's answer.
    package var errno: Errno

    /// Makes an error.
    package init(_ operation: String, _ path: FilePath? = nil, _ errno: Errno) {
        self.operation = operation
        self.path = path
        self.errno = errno
    }

    /// What to do about it, where that does not depend on who tried.
    package var advice: String? {
        guard operation == DedicatedThread.operation else { return errno.adviceOnLack }
        return "this user, or this control group, may have no more processes and threads (ulimit -u, pids.max): end "
            + "some, or allow more"
    }

    /// One line, lower case, no full stop; the path is not made safe to show.
    package var description: String {
        let place = path.map { " '\($0)'" } ?? ""
        return "cannot \(operation)\(place): \(errno.description.lowercased())"
    }

    /// Whether what failed tells of what this process, or the machine, lacks at the moment, and nothing about what it was
    /// done to.
    package var isLack: Bool {
        switch errno {
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory, .resourceTemporarilyUnavailable, .interrupted,
            .ioError:
            true
        default: false
        }
    }
}

/// Turns what `CLinux` returns (a negative errno where it failed) into a value or an error.
@discardableResult
func check(
    _ result: Int32, _ operation: @autoclosure () -> String, _ path: @autoclosure () -> FilePath? = nil
) throws(LinuxError) -> Int32 {
    guard result < 0 else { return result }
    throw LinuxError(operation(), path(), Errno(rawValue: -result))
}

/// The same for calls that leave their error in `errno`; `call` must make no other call after the one that counts.
@discardableResult
func checkErrno(
    _ operation: @autoclosure () -> String, _ path: @autoclosure () -> FilePath? = nil, _ call: () -> Int32
) throws(LinuxError) -> Int32 {
    while true {
        let result = call()
        guard result < 0 else { return result }
        let error = Errno.last
        if error == .interrupted { continue }
        throw LinuxError(operation(), path(), error)
    }
}

extension Errno {
    /// What the last call on this thread left.
    static var last: Errno { Errno(rawValue: Glibc.errno) }

    /// What to do where this process may have no more of something; nil where it is not that.
    package var adviceOnLack: String? {
        switch self {
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem:
            "allow this shell's programs more open files: `ulimit -n 1024`; `ulimit -Hn` shows how many it may have"
        case .noMemory, .resourceTemporarilyUnavailable:
            "end other programs, or allow this one more processes and memory (`ulimit -u`, `ulimit -v`, the limits of "
                + "its control group)"
        default: nil
        }
    }
}
