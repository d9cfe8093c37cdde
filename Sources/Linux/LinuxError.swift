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

    /// One line, lower case, no full stop; the path is not made safe to show.
    package var description: String {
        let place = path.map { " '\($0)'" } ?? ""
        return "cannot \(operation)\(place): \(errno.description.lowercased())"
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
}
