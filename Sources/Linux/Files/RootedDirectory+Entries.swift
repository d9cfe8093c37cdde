import CLinux
import Glibc
package import SystemPackage

extension RootedDirectory {
    /// The names in a directory, in the order of the file system, without `.` and `..`.
    package func entries(_ path: FilePath = FilePath(".")) throws(LinuxError) -> [DirectoryEntry] {
        let directory = try open(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0, "list the directory")
        return try Self.entries(of: directory, path)
    }

    /// - Parameter limit: ends with more than this many, whatever else there is.
    static func entries(
        of directory: OwnedDescriptor, _ path: FilePath, limit: Int = .max
    ) throws(LinuxError) -> [DirectoryEntry] {
        var found: [DirectoryEntry] = []
        try readEntries(of: directory, path) { name, type in
            let name = FilePath(platformString: name).lastComponent
            if let name, name.kind == .regular {
                found.append(DirectoryEntry(name: name, kind: FileKind(directoryEntryType: type)))
            }
        } isEnough: {
            found.count > limit
        }
        return found
    }

    /// The names in a directory inside as their bytes, without `.` and `..`, in no order; a link is not followed.
    package func names(in path: FilePath = FilePath(".")) throws(LinuxError) -> [[UInt8]] {
        let directory = try open(
            path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_NOFOLLOW, 0, "list the directory")
        var found: [[UInt8]] = []
        try Self.readEntries(of: directory, path) { name, _ in
            if strcmp(name, ".") == 0 || strcmp(name, "..") == 0 { return }
            found.append(Array(UnsafeRawBufferPointer(start: name, count: strlen(name))))
        }
        return found
    }

    /// - Parameter isEnough: asked from time to time.
    private static func readEntries(
        of directory: OwnedDescriptor, _ path: FilePath, _ body: (_ name: UnsafePointer<CChar>, _ type: UInt8) -> Void,
        isEnough: () -> Bool = { false }
    ) throws(LinuxError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 32 * 1024, alignment: 8)
        defer { buffer.deallocate() }
        while true {
            let got = lesson_read_entries(directory.rawValue, buffer.baseAddress, UInt(buffer.count))
            if got < 0 { throw LinuxError("list the directory", path, Errno(rawValue: Int32(-got))) }
            if got == 0 || isEnough() { return }
            var at = 0
            // struct linux_dirent64: inode 8, offset 8, record length 2, type 1, name with a final 0.
            while at + 19 < got {
                let length = Int(buffer.loadUnaligned(fromByteOffset: at + 16, as: UInt16.self))
                if let base = buffer.baseAddress {
                    body((base + at + 19).assumingMemoryBound(to: CChar.self), buffer[at + 18])
                }
                if length == 0 { break }
                at += length
            }
        }
    }

    /// Where a link points to, as it was written.
    package func readLink(_ path: FilePath) throws(LinuxError) -> FilePath {
        let place = try parent(of: path, "read the link")
        return try linkTarget(place.fd, place.name, path)
    }

    /// A whole regular file; more than `limit` bytes is `EFBIG`.
    package func readFile(
        _ path: FilePath, limit: Int, followingLast: Bool = true
    ) throws(LinuxError) -> [UInt8] {
        let (file, status) = try openRegularFile(path, followingLast: followingLast)
        guard status.size <= Int64(limit) else { throw LinuxError("read", path, .fileTooLarge) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.size) + 1)
        var chunk = [UInt8](repeating: 0, count: max(4096, min(Int(status.size) + 1, 1 << 20)))
        while true {
            let size = chunk.count
            let got = try checkErrno("read", path) { Int32(clamping: read(file.rawValue, &chunk, size)) }
            if got == 0 { return bytes }
            bytes += chunk[..<Int(got)]
            // /proc files and files that grow say nothing true about their size.
            if bytes.count > limit { throw LinuxError("read", path, .fileTooLarge) }
        }
    }
}
