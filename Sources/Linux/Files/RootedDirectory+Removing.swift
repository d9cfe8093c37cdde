import CLinux
import Glibc
package import SystemPackage

extension RootedDirectory {
    /// Removes what is there: a file, a link, or a directory with everything in it; nothing there is no error.
    ///
    /// Works through trees of any depth with a handful of descriptors, and never leaves this root: it goes down by
    /// names that are directories and back up by `..`, which must be the directory it came from.
    package func remove(_ path: FilePath) throws(LinuxError) {
        let place: Place
        do throws(LinuxError) {
            place = try parent(of: path, "remove")
        } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return }
            throw error
        }
        if try Self.unlink(place.fd, place.name, path) { return }
        try Self.removeContents(place.directory, place.name, path)
        try checkErrno("remove", path) { place.name.withPlatformString { unlinkat(place.fd, $0, AT_REMOVEDIR) } }
    }

    /// Removes everything in this directory, not itself.
    package func removeContents() throws(LinuxError) {
        for entry in try entries() { try remove(FilePath(root: nil, [entry.name])) }
    }

    /// True if it is gone; false if it is a directory that has something in it.
    private static func unlink(_ fd: Int32, _ name: FilePath, _ path: FilePath) throws(LinuxError) -> Bool {
        if name.withPlatformString({ unlinkat(fd, $0, 0) }) == 0 { return true }
        var error = Errno.last
        if error == .noSuchFileOrDirectory { return true }
        if error == .isDirectory || error == .notPermitted {
            if name.withPlatformString({ unlinkat(fd, $0, AT_REMOVEDIR) }) == 0 { return true }
            error = Errno.last
            if error == .directoryNotEmpty || error == .fileExists { return false }
        }
        throw LinuxError("remove", path, error)
    }

    private struct Level {
        var name: FilePath
        var inode: UInt64
        var device: UInt64
        var rest: [DirectoryEntry]
    }

    private static func removeContents(
        _ top: OwnedDescriptor, _ name: FilePath, _ path: FilePath
    ) throws(LinuxError) {
        var here = try descend(top, name, path)
        var levels: [Level] = [try level(here, name, path)]
        while var level = levels.popLast() {
            guard let entry = level.rest.popLast() else {
                guard let above = levels.last else { return }
                let up = OwnedDescriptor(
                    try check(
                        lesson_openat2(here.rawValue, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, 0), "remove", path))
                let status = try FileStatus(of: up)
                guard status.inode == above.inode, status.device == above.device else {
                    throw LinuxError("remove", path, .resourceBusy)
                }
                here = up
                try checkErrno("remove", path) {
                    level.name.withPlatformString { unlinkat(here.rawValue, $0, AT_REMOVEDIR) }
                }
                continue
            }
            let child = FilePath(root: nil, [entry.name])
            levels.append(level)
            if try unlink(here.rawValue, child, path) { continue }
            here = try descend(here, child, path)
            levels.append(try Self.level(here, child, path))
        }
    }

    private static func level(
        _ directory: OwnedDescriptor, _ name: FilePath, _ path: FilePath
    ) throws(LinuxError) -> Level {
        let status = try FileStatus(of: directory)
        return Level(
            name: name, inode: status.inode, device: status.device, rest: try entries(of: directory, path))
    }

    private static func descend(
        _ directory: OwnedDescriptor, _ name: FilePath, _ path: FilePath
    ) throws(LinuxError) -> OwnedDescriptor {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let fd = name.withPlatformString { lesson_openat2(directory.rawValue, $0, flags, 0, 0) }
        return OwnedDescriptor(try check(fd, "remove", path))
    }
}
