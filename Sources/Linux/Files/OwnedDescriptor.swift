import Glibc
package import SystemPackage

/// A file descriptor with one owner: closed when the last reference goes.
package final class OwnedDescriptor: Sendable {
    /// The number, valid as long as this object lives.
    package let rawValue: Int32

    /// Takes the descriptor over.
    package init(_ rawValue: Int32) {
        self.rawValue = rawValue
    }

    deinit {
        close(rawValue)
    }

    /// As `SystemPackage` calls it, for its `read`, `write` and `seek`; not to be closed.
    package var descriptor: FileDescriptor { FileDescriptor(rawValue: rawValue) }

    /// A path that leads to this very file from our process, for calls that take only paths.
    var magicPath: String { "/proc/self/fd/\(rawValue)" }
}
