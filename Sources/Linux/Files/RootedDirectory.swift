import CLinux
import Glibc
package import SystemPackage

/// A directory that no path leads out of: what a learner made is only ever touched through one.
///
/// It owns a descriptor. Every path given is resolved by the kernel inside it (`openat2(2)`, `RESOLVE_IN_ROOT` and
/// `RESOLVE_NO_MAGICLINKS`): absolute paths and links start at this directory, and `..` stops there, also while
/// somebody renames directories under us.
package final class RootedDirectory: Sendable {
    /// The directory itself.
    package let descriptor: OwnedDescriptor

    /// Takes an open directory as root.
    package init(_ descriptor: OwnedDescriptor) {
        self.descriptor = descriptor
    }

    /// Opens a directory of the host by its path; links in it are followed, it is ours.
    package convenience init(at path: FilePath) throws(LinuxError) {
        let fd = path.withPlatformString { lesson_openat2(AT_FDCWD, $0, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, 0) }
        self.init(OwnedDescriptor(try check(fd, "open the directory", path)))
    }

    /// The same as a function, for call sites that read better so.
    package static func open(at path: FilePath) throws(LinuxError) -> RootedDirectory {
        try RootedDirectory(at: path)
    }

    static let resolve = UInt64(LESSON_RESOLVE_IN_ROOT | LESSON_RESOLVE_NO_MAGICLINKS)

    /// Opens a directory inside as a root of its own.
    package func subdirectory(_ path: FilePath, followingLast: Bool = true) throws(LinuxError) -> RootedDirectory {
        RootedDirectory(
            try open(
                path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | (followingLast ? 0 : O_NOFOLLOW), 0, "open the directory"))
    }

    /// Opens a file. Never hangs on a fifo or device (`O_NONBLOCK`), never makes a terminal ours.
    ///
    /// - Parameter mode: for a file that `options` creates, before the process's umask.
    package func openFile(
        _ path: FilePath, _ access: FileDescriptor.AccessMode = .readOnly,
        options: FileDescriptor.OpenOptions = [], mode: UInt32 = 0o644, followingLast: Bool = true
    ) throws(LinuxError) -> OwnedDescriptor {
        var flags = access.rawValue | options.rawValue | O_NONBLOCK | O_NOCTTY
        if !followingLast { flags |= O_NOFOLLOW }
        return try open(path, flags, mode, "open")
    }

    /// Opens a regular file for reading; anything else there is `EINVAL` (a directory: `EISDIR`), known before a byte is read.
    package func openRegularFile(
        _ path: FilePath, followingLast: Bool = true
    ) throws(LinuxError) -> (file: OwnedDescriptor, status: FileStatus) {
        let file = try openFile(path, followingLast: followingLast)
        let status = try FileStatus(of: file)
        guard status.kind == .regular else {
            throw LinuxError("read", path, status.kind == .directory ? .isDirectory : .invalidArgument)
        }
        return (file, status)
    }

    /// What a path stands for.
    package func status(_ path: FilePath, followingLast: Bool = true) throws(LinuxError) -> FileStatus {
        var status = lesson_status()
        if followingLast {
            let file = try openPath(path, followingLast: true, "examine")
            try check(lesson_status_at(file.rawValue, "", LESSON_AT_EMPTY_PATH, &status), "examine", path)
        } else {
            let place = try parent(of: path, "examine")
            try check(
                place.name.withPlatformString {
                    lesson_status_at(place.fd, $0, AT_SYMLINK_NOFOLLOW, &status)
                }, "examine", path)
        }
        return FileStatus(status)
    }

    /// The same, nil where there is nothing (`ENOENT`, or a file in the place of a directory).
    package func statusIfPresent(_ path: FilePath, followingLast: Bool = true) throws(LinuxError) -> FileStatus? {
        do throws(LinuxError) {
            return try status(path, followingLast: followingLast)
        } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return nil }
            throw error
        }
    }

    /// The canonical path of something that exists: absolute inside this root, without links.
    package func resolve(_ path: FilePath, followingLast: Bool = true) throws(LinuxError) -> FilePath {
        let file = try openPath(path, followingLast: followingLast, "resolve")
        let whole = try readMagicLink(file, path)
        let root = try readMagicLink(descriptor, path)
        var rest = FilePath(root: nil, whole.components)
        guard rest.removePrefix(FilePath(root: nil, root.components)) else {
            throw LinuxError("resolve", path, .noSuchFileOrDirectory)
        }
        return FilePath(root: "/", rest.components)
    }

    private func readMagicLink(_ file: OwnedDescriptor, _ path: FilePath) throws(LinuxError) -> FilePath {
        try linkTarget(AT_FDCWD, FilePath(file.magicPath), path)
    }

    // MARK: the parts the other files are made of

    func open(
        _ path: FilePath, _ flags: Int32, _ mode: UInt32, _ operation: String
    ) throws(LinuxError) -> OwnedDescriptor {
        let path = path.isEmpty ? FilePath(".") : path
        let fd = path.withPlatformString {
            lesson_openat2(descriptor.rawValue, $0, flags | O_CLOEXEC, mode, Self.resolve)
        }
        return OwnedDescriptor(try check(fd, operation, path))
    }

    /// A descriptor that stands for whatever is there, without opening it.
    func openPath(
        _ path: FilePath, followingLast: Bool, _ operation: String
    ) throws(LinuxError) -> OwnedDescriptor {
        try open(path, LESSON_O_PATH | (followingLast ? 0 : O_NOFOLLOW), 0, operation)
    }

    /// The directory that holds a path's last name, and that name; for calls that act on a name.
    struct Place {
        let directory: OwnedDescriptor
        let name: FilePath
        var fd: Int32 { directory.rawValue }
    }

    func parent(of path: FilePath, _ operation: String) throws(LinuxError) -> Place {
        // A name alone, the usual case: there is nothing to take apart.
        let isName = path.withPlatformString { $0[0] != 0 && $0[0] != 46 && strchr($0, 47) == nil }
        if isName { return Place(directory: descriptor, name: path) }
        guard let last = path.lastComponent, last.kind == .regular else {
            return Place(
                directory: try open(path, LESSON_O_PATH | O_DIRECTORY, 0, operation), name: FilePath("."))
        }
        let above = path.removingLastComponent()
        if above.components.isEmpty { return Place(directory: descriptor, name: FilePath(root: nil, [last])) }
        do throws(LinuxError) {
            return Place(
                directory: try open(above, LESSON_O_PATH | O_DIRECTORY, 0, operation), name: FilePath(root: nil, [last])
            )
        } catch {
            throw LinuxError(operation, path, error.errno)
        }
    }

    func linkTarget(_ directory: Int32, _ name: FilePath, _ path: FilePath) throws(LinuxError) -> FilePath {
        var size = 1024
        while true {
            var bytes = [CChar](repeating: 0, count: size + 1)
            let got = name.withPlatformString { readlinkat(directory, $0, &bytes, size) }
            if got < 0 { throw LinuxError("read the link", path, Errno.last) }
            if got < size { return FilePath(platformString: bytes) }
            size *= 4
        }
    }
}
