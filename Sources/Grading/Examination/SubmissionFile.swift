import Linux
import SystemPackage

/// A file that a submission hands in, read where nothing leads out of the submission's folder.
enum SubmissionFile {
    /// The file's bytes. Links are followed inside the folder, as if it were the whole machine; what is no regular file is
    /// never opened for long.
    /// - Throws: `ENOENT` when nothing is there, `EINVAL` for what is no regular file, `EFBIG` for more than `limit` bytes.
    static func read(_ name: FilePath, in folder: FilePath, limit: Int) throws(LinuxError) -> [UInt8] {
        let (file, status) = try RootedDirectory(at: folder).openRegularFile(name)
        guard status.size <= Int64(limit) else { throw LinuxError("read", name, .fileTooLarge) }
        var bytes: [UInt8] = []
        do {
            while bytes.count <= limit {
                let piece = try [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
                    count = try file.descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
                }
                if piece.isEmpty { return bytes }
                bytes += piece
            }
        } catch {
            throw LinuxError("read", name, (error as? Errno) ?? .ioError)
        }
        throw LinuxError("read", name, .fileTooLarge)
    }
}
