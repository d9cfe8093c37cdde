import CLinux
import Glibc
package import SystemPackage

extension RootedDirectory {
    /// Makes one directory; the mode is exact, whatever the umask.
    package func makeDirectory(_ path: FilePath, mode: UInt32 = 0o755) throws(LinuxError) {
        let place = try parent(of: path, "make the directory")
        try checkErrno("make the directory", path) {
            place.name.withPlatformString { mkdirat(place.fd, $0, mode & 0o1777) }
        }
        // mkdir takes the umask off and never gives set-id bits.
        try checkErrno("set the mode of", path) {
            place.name.withPlatformString { fchmodat(place.fd, $0, mode & 0o7777, 0) }
        }
    }

    /// Makes a directory and those above it that are missing; returns what it made, topmost first.
    /// Links on the way are followed inside this root.
    @discardableResult
    package func makeDirectories(_ path: FilePath, mode: UInt32 = 0o755) throws(LinuxError) -> [FilePath] {
        var made: [FilePath] = []
        var sofar = FilePath(".")
        for component in path.components {
            sofar.append(component)
            do throws(LinuxError) {
                try makeDirectory(sofar, mode: mode)
                made.append(sofar)
            } catch {
                guard error.errno == .fileExists else { throw error }
                guard try status(sofar).kind == .directory else {
                    throw LinuxError("make the directory", sofar, .notDirectory)
                }
            }
        }
        return made
    }

    /// Makes a symbolic link at `path`; the target is stored as it is.
    package func makeSymbolicLink(_ path: FilePath, target: FilePath) throws(LinuxError) {
        let place = try parent(of: path, "make the link")
        try checkErrno("make the link", path) {
            target.withPlatformString { target in
                place.name.withPlatformString { symlinkat(target, place.fd, $0) }
            }
        }
    }

    /// Makes `path` another name of `existing`, both inside this root; a link itself is linked, not followed.
    package func makeHardLink(_ path: FilePath, to existing: FilePath) throws(LinuxError) {
        let from = try parent(of: existing, "link to")
        let to = try parent(of: path, "make the hard link")
        try checkErrno("make the hard link", path) {
            from.name.withPlatformString { old in
                to.name.withPlatformString { linkat(from.fd, old, to.fd, $0, 0) }
            }
        }
    }

    /// Makes a fifo (no device is made for anybody).
    package func makeFifo(_ path: FilePath, mode: UInt32) throws(LinuxError) {
        try makeNode(path, S_IFIFO | (mode & 0o777), "make the fifo")
    }

    /// Makes an overlayfs whiteout, a character device 0/0, which a user namespace allows.
    package func makeWhiteout(_ path: FilePath) throws(LinuxError) {
        try makeNode(path, S_IFCHR, "make the whiteout")
    }

    private func makeNode(_ path: FilePath, _ mode: UInt32, _ operation: String) throws(LinuxError) {
        let place = try parent(of: path, operation)
        try checkErrno(operation, path) {
            place.name.withPlatformString { mknodat(place.fd, $0, mode, 0) }
        }
    }

    /// Renames inside this root, or into another; `replacing` false is `EEXIST` where the new name is taken.
    package func rename(
        _ path: FilePath, to newPath: FilePath, in other: RootedDirectory? = nil, replacing: Bool = true
    ) throws(LinuxError) {
        let from = try parent(of: path, "rename")
        let to = try (other ?? self).parent(of: newPath, "rename to")
        try check(
            from.name.withPlatformString { old in
                to.name.withPlatformString { lesson_rename(from.fd, old, to.fd, $0, replacing ? 0 : 1) }
            }, "rename", path)
    }

    /// Writes a whole file anew, with this exact mode. Not synced.
    package func writeFile(_ path: FilePath, _ bytes: [UInt8], mode: UInt32 = 0o644) throws(LinuxError) {
        let file = try openFile(path, .writeOnly, options: [.create, .truncate], mode: mode)
        // Writing takes set-id bits away, from those without privilege.
        try checkErrno("set the mode of", path) { fchmod(file.rawValue, mode & 0o777) }
        try file.write(bytes, path)
        if mode & 0o7000 != 0 {
            try checkErrno("set the mode of", path) { fchmod(file.rawValue, mode & 0o7777) }
        }
    }

    /// Copies the contents of one open regular file to another, from offset 0: shares extents where the file system
    /// can, keeps holes.
    package static func copyContents(
        of source: OwnedDescriptor, to destination: OwnedDescriptor
    ) throws(LinuxError) {
        try check(lesson_copy_contents(source.rawValue, destination.rawValue), "copy")
    }

    /// What a copy of a regular file shall be like.
    package struct Copy: Sendable {
        /// 0 to 0o7777.
        package var mode: UInt32
        /// The engine's ids; nil: whoever makes it.
        package var owner: (uid: UInt32, gid: UInt32)?
        package var modifiedSeconds: Int64
        package var modifiedNanoseconds: UInt32
        /// There is nothing to read.
        package var isEmpty: Bool

        package init(
            mode: UInt32, owner: (uid: UInt32, gid: UInt32)?, modifiedSeconds: Int64, modifiedNanoseconds: UInt32,
            isEmpty: Bool
        ) {
            self.mode = mode
            self.owner = owner
            self.modifiedSeconds = modifiedSeconds
            self.modifiedNanoseconds = modifiedNanoseconds
            self.isEmpty = isEmpty
        }
    }

    /// Copies a regular file to a new name of another root, with all that `copy` says, in few calls; `EEXIST` where the
    /// name is taken. Neither end follows a last link.
    package func copyFile(
        _ name: FilePath, to other: RootedDirectory, as newName: FilePath, _ copy: Copy
    ) throws(LinuxError) {
        var stage: UnsafePointer<CChar>?
        let failed = name.withPlatformString { source in
            newName.withPlatformString { target in
                var request = lesson_copy()
                request.source_directory = descriptor.rawValue
                request.source = source
                request.directory = other.descriptor.rawValue
                request.name = target
                request.mode = copy.mode
                request.uid = copy.owner.map { Int64($0.uid) } ?? -1
                request.gid = copy.owner.map { Int64($0.gid) } ?? -1
                request.modified_seconds = copy.modifiedSeconds
                request.modified_nanoseconds = copy.modifiedNanoseconds
                request.is_empty = copy.isEmpty ? 1 : 0
                return lesson_copy_file(&request, &stage)
            }
        }
        guard failed < 0 else { return }
        throw LinuxError(stage.map { String(cString: $0) } ?? "copy", newName, Errno(rawValue: -failed))
    }

    /// Copies a regular file's contents to a new file, also across roots; neither end follows a last link.
    package func copyFile(
        _ path: FilePath, to other: RootedDirectory, at newPath: FilePath, mode: UInt32
    ) throws(LinuxError) {
        let (source, _) = try openRegularFile(path, followingLast: false)
        let target = try other.openFile(
            newPath, .writeOnly, options: [.create, .exclusiveCreate], mode: 0o600, followingLast: false)
        try check(lesson_copy_contents(source.rawValue, target.rawValue), "copy", path)
        try checkErrno("set the mode of", newPath) { fchmod(target.rawValue, mode & 0o7777) }
    }
}

extension OwnedDescriptor {
    /// Writes all of it.
    package func write(_ bytes: [UInt8], _ path: FilePath? = nil) throws(LinuxError) {
        var done = 0
        while done < bytes.count {
            let put = try checkErrno("write", path) {
                bytes.withUnsafeBytes { buffer in
                    Int32(
                        clamping: Glibc.write(
                            rawValue, buffer.baseAddress.map { $0 + done }, min(buffer.count - done, 1 << 30)))
                }
            }
            done += Int(put)
        }
    }
}
