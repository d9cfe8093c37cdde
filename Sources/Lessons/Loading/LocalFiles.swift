package import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// The few things that lessons and workspaces do with files, without Foundation.
package enum LocalFiles {
    /// What went wrong, in the words of the system.
    package struct Failure: Error, Sendable, Hashable {
        package var path: FilePath
        package var errno: Errno

        /// `PATH: no such file or directory`
        package var message: String { "\(path): \(errno.description.lowercased())" }
    }

    package enum Kind: Sendable, Hashable {
        case file
        case folder
        case symlink
        case other
    }

    /// What is at a path, or nil. Links are not followed unless asked for.
    package static func kind(_ path: FilePath, following: Bool = false) -> Kind? {
        var status = stat()
        guard path.withPlatformString({ following ? stat($0, &status) : lstat($0, &status) }) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        case S_IFLNK: return .symlink
        default: return .other
        }
    }

    /// The bytes of a regular file, at most `limit`; never waits on a FIFO.
    package static func read(_ path: FilePath, limit: Int) throws(Failure) -> (bytes: [UInt8], mode: UInt16) {
        let descriptor = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(path: path, errno: status.st_mode & S_IFMT == S_IFDIR ? .isDirectory : .invalidArgument)
        }
        guard status.st_size <= limit else { throw Failure(path: path, errno: .fileTooLarge) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.st_size))
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path)
            }
            if count == 0 { break }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { throw Failure(path: path, errno: .fileTooLarge) }
        }
        return (bytes, UInt16(status.st_mode & 0o7777))
    }

    /// The names in a folder, sorted by bytes, without `.` and `..`.
    package static func names(in folder: FilePath) throws(Failure) -> [FilePath.Component] {
        guard let stream = folder.withPlatformString({ opendir($0) }) else { throw failure(folder) }
        defer { closedir(stream) }
        var names: [FilePath.Component] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CInterop.PlatformChar.self, capacity: 256) {
                    FilePath.Component(platformString: $0)
                }
            }
            if let name, name.kind == .regular { names.append(name) }
        }
        return names.sorted { Array($0.platformBytes).lexicographicallyPrecedes(Array($1.platformBytes)) }
    }

    package static func makeFolders(_ path: FilePath) throws(Failure) {
        var made = FilePath()
        made.root = path.root
        for component in path.components {
            made.append(component)
            if made.withPlatformString({ mkdir($0, 0o777) }) != 0, errno != EEXIST { throw failure(made) }
        }
        guard kind(path, following: true) == .folder || path.isEmpty else {
            throw Failure(path: path, errno: .notDirectory)
        }
    }

    /// Replaces a file as a whole: whoever reads it sees the old bytes or the new.
    package static func replace(_ path: FilePath, with bytes: [UInt8], mode: UInt16 = 0o644) throws(Failure) {
        let temporary = try writeTemporary(beside: path, bytes, mode: mode)
        let result = temporary.withPlatformString { from in path.withPlatformString { rename(from, $0) } }
        guard result == 0 else {
            let error = failure(path)
            _ = temporary.withPlatformString { unlink($0) }
            throw error
        }
    }

    /// Makes a file that is not there yet, as a whole.
    /// - Returns: false when something is there already, which is left alone.
    package static func create(_ path: FilePath, with bytes: [UInt8], mode: UInt16 = 0o644) throws(Failure) -> Bool {
        if kind(path) != nil { return false }
        let temporary = try writeTemporary(beside: path, bytes, mode: mode)
        defer { _ = temporary.withPlatformString { unlink($0) } }
        let linked = temporary.withPlatformString { from in path.withPlatformString { link(from, $0) } }
        if linked == 0 { return true }
        if errno == EEXIST { return false }
        // A file system without hard links: claim the name first, then put the whole file over the claim.
        guard errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK else { throw failure(path) }
        let claim = path.withPlatformString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(0o600)) }
        if claim < 0 {
            if errno == EEXIST { return false }
            throw failure(path)
        }
        close(claim)
        try move(temporary, to: path)
        return true
    }

    /// Moves a file or folder within a file system.
    package static func move(_ from: FilePath, to: FilePath) throws(Failure) {
        guard from.withPlatformString({ from in to.withPlatformString { rename(from, $0) } }) == 0 else {
            throw failure(to)
        }
    }

    private static func writeTemporary(
        beside path: FilePath, _ bytes: [UInt8], mode: UInt16
    ) throws(Failure) -> FilePath {
        let name = path.lastComponent?.string ?? "file"
        let template = path.removingLastComponent().appending(".\(name.utf8.count > 200 ? "file" : name).XXXXXX")
        var characters = Array(template.string.utf8CString)
        let descriptor = mkstemp(&characters)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let temporary = FilePath(platformString: characters)
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(descriptor, buffer.baseAddress.map { $0 + offset }, bytes.count - offset)
            }
            if count < 0 {
                if errno == EINTR { continue }
                let error = failure(path)
                _ = temporary.withPlatformString { unlink($0) }
                throw error
            }
            offset += count
        }
        // Permissions as if the file had been made by an editor: mkostemp gave 0600.
        let mask = umask(0)
        _ = umask(mask)
        guard fchmod(descriptor, mode_t(mode) & ~mask) == 0, fsync(descriptor) == 0 else {
            let error = failure(path)
            _ = temporary.withPlatformString { unlink($0) }
            throw error
        }
        return temporary
    }

    private static func failure(_ path: FilePath) -> Failure { Failure(path: path, errno: Errno(rawValue: errno)) }
}

extension FilePath.Component {
    /// The name's bytes, which need not be UTF-8.
    package var platformBytes: [UInt8] {
        withPlatformString { pointer in
            var bytes: [UInt8] = []
            var cursor = pointer
            while cursor.pointee != 0 {
                bytes.append(UInt8(bitPattern: cursor.pointee))
                cursor += 1
            }
            return bytes
        }
    }
}
