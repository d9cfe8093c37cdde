import Glibc
import Linux
import SystemPackage

/// Where the files of saved images go: an archive or a folder.
protocol FileOutput {
    func directory(_ path: String) throws(ImageError)
    /// Writes a file of exactly `size` bytes.
    func file(_ path: String, size: Int64, _ body: (any ByteSink) throws(ImageError) -> Void) throws(ImageError)
    /// Whether a file can be written before its name is known.
    var namesLater: Bool { get }
    /// Writes a file of exactly `size` bytes, of which `body` tells the path at its end; nil takes the file back.
    ///
    /// - Parameter likely: a path as long as the one that it will be.
    func file(
        size: Int64, likely: String, _ body: (any ByteSink) throws(ImageError) -> String?
    ) throws(ImageError)
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

    func check(_ path: String, _ size: Int64) throws(ImageError) {
        guard count == size else { throw ImageError(.corrupt, "\(path) has \(count) bytes instead of \(size)") }
    }
}

/// A tar archive, the same bytes for the same files.
struct TarOutput: FileOutput {
    private let sink: DescriptorSink
    let namesLater: Bool

    init(descriptor: Int32) {
        sink = DescriptorSink(descriptor: descriptor, name: "the archive", uncached: UncachedWriting())
        namesLater = DescriptorSink.canGoBack(descriptor)
    }

    func directory(_ path: String) throws(ImageError) {
        try sink.write(TarHeader.encode(TarEntry(path: Array((path + "/").utf8), kind: .directory, mode: 0o755)))
    }

    func file(_ path: String, size: Int64, _ body: (any ByteSink) throws(ImageError) -> Void) throws(ImageError) {
        try sink.write(header(path, size))
        let counting = CountingSink(sink)
        try body(counting)
        try counting.check(path, size)
        try pad(size)
    }

    func file(
        size: Int64, likely: String, _ body: (any ByteSink) throws(ImageError) -> String?
    ) throws(ImageError) {
        let start = try sink.position()
        let provisional = header(likely, size)
        try sink.write(provisional)
        let counting = CountingSink(sink)
        guard let path = try body(counting) else { return try sink.cut(at: start) }
        try counting.check(path, size)
        let final = header(path, size)
        guard final.count == provisional.count else {
            throw ImageError(.system, "\(path) has another header than \(likely)")
        }
        try pad(size)
        try sink.rewrite(final, at: start)
    }

    private func header(_ path: String, _ size: Int64) -> [UInt8] {
        TarHeader.encode(TarEntry(path: Array(path.utf8), kind: .file, mode: 0o644, size: size))
    }

    private func pad(_ size: Int64) throws(ImageError) {
        try sink.write([UInt8](repeating: 0, count: Int(TarHeader.roundUp(size) - size)))
    }

    func finish() throws(ImageError) {
        try sink.write([UInt8](repeating: 0, count: 1024))
        try sink.flush()
    }
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
        try write(FilePath(path), size) { sink throws(ImageError) in
            try body(sink)
            return path
        }
    }

    let namesLater = true
    /// Where a file is until it has its name; in a folder of blobs nobody takes it for one.
    private static let unnamed = FilePath("blobs/.unnamed")

    func file(
        size: Int64, likely: String, _ body: (any ByteSink) throws(ImageError) -> String?
    ) throws(ImageError) {
        let path: String?
        do throws(ImageError) {
            path = try write(Self.unnamed, size, body)
        } catch {
            try? root.remove(Self.unnamed)
            throw error
        }
        do throws(LinuxError) {
            if let path { try root.rename(Self.unnamed, to: FilePath(path)) } else { try root.remove(Self.unnamed) }
        } catch {
            throw ImageError(error)
        }
    }

    @discardableResult
    private func write(
        _ place: FilePath, _ size: Int64, _ body: (any ByteSink) throws(ImageError) -> String?
    ) throws(ImageError) -> String? {
        let file: OwnedDescriptor
        do throws(LinuxError) {
            file = try root.openFile(place, .writeOnly, options: [.create, .truncate])
        } catch {
            throw ImageError(error)
        }
        let sink = DescriptorSink(descriptor: file.rawValue, name: place.string, uncached: UncachedWriting())
        let counting = CountingSink(sink)
        guard let path = try body(counting) else { return nil }
        try sink.flush()
        try counting.check(path, size)
        return path
    }

    func finish() throws(ImageError) {}
}
