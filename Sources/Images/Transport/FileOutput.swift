import Glibc
import Linux
import SystemPackage

/// Where the files of saved images go: an archive or a folder.
protocol FileOutput {
    func directory(_ path: String) throws(ImageError)
    /// Writes a file of exactly `size` bytes.
    func file(_ path: String, size: Int64, _ body: (any ByteSink) throws(ImageError) -> Void) throws(ImageError)
    func finish() throws(ImageError)
}

extension FileOutput {
    func file(_ path: String, _ bytes: [UInt8]) throws(ImageError) {
        try file(path, size: Int64(bytes.count)) { sink throws(ImageError) in try sink.write(bytes) }
    }
}

/// Counts what passes, so that no header of an archive lies about what follows it.
private final class CountingSink: ByteSink {
    private let downstream: any ByteSink
    private(set) var count: Int64 = 0

    init(_ downstream: any ByteSink) { self.downstream = downstream }

    func write(_ bytes: UnsafeRawBufferPointer) throws(ImageError) {
        count += Int64(bytes.count)
        try downstream.write(bytes)
    }
}

/// A tar archive, the same bytes for the same files.
struct TarOutput: FileOutput {
    private let sink: any ByteSink

    init(_ sink: any ByteSink) { self.sink = sink }

    func directory(_ path: String) throws(ImageError) {
        try sink.write(TarHeader.encode(TarEntry(path: Array((path + "/").utf8), kind: .directory, mode: 0o755)))
    }

    func file(_ path: String, size: Int64, _ body: (any ByteSink) throws(ImageError) -> Void) throws(ImageError) {
        try sink.write(TarHeader.encode(TarEntry(path: Array(path.utf8), kind: .file, mode: 0o644, size: size)))
        let counting = CountingSink(sink)
        try body(counting)
        guard counting.count == size else {
            throw ImageError(.corrupt, "\(path) has \(counting.count) bytes instead of \(size)")
        }
        try sink.write([UInt8](repeating: 0, count: Int(TarHeader.roundUp(size) - size)))
    }

    func finish() throws(ImageError) { try sink.write([UInt8](repeating: 0, count: 1024)) }
}

/// A folder.
struct DirectoryOutput: FileOutput {
    private let root: RootedDirectory

    init(_ path: FilePath) throws(ImageError) {
        if mkdir(path.string, 0o755) != 0, errno != EEXIST { throw .system("cannot make the folder \(path)") }
        do throws(LinuxError) { root = try RootedDirectory(at: path) } catch { throw ImageError(error) }
    }

    func directory(_ path: String) throws(ImageError) {
        do throws(LinuxError) { try root.makeDirectories(FilePath(path)) } catch { throw ImageError(error) }
    }

    func file(_ path: String, size: Int64, _ body: (any ByteSink) throws(ImageError) -> Void) throws(ImageError) {
        let file: OwnedDescriptor
        do throws(LinuxError) {
            file = try root.openFile(FilePath(path), .writeOnly, options: [.create, .truncate])
        } catch {
            throw ImageError(error)
        }
        let sink = DescriptorSink(descriptor: file.rawValue, name: path)
        let counting = CountingSink(sink)
        try body(counting)
        try sink.flush()
        guard counting.count == size else {
            throw ImageError(.corrupt, "\(path) has \(counting.count) bytes instead of \(size)")
        }
    }

    func finish() throws(ImageError) {}
}
