import Glibc
import Linux
import OCI
import SystemPackage

/// The files of saved images by their names: those of a folder, or of an archive that is read where it lies.
final class ImageFiles {
    private struct Location {
        var file: OwnedDescriptor
        var offset: Int64
        var size: Int64
    }

    private enum Kind {
        case archive([String: Location])
        case directory(RootedDirectory)
    }

    private let kind: Kind

    /// The largest document (manifest, configuration, index) that is read.
    static let documentLimit: Int64 = 8 << 20

    init(directory path: FilePath) throws(ImageError) {
        do throws(LinuxError) { kind = .directory(try RootedDirectory(at: path)) } catch { throw ImageError(error) }
    }

    /// Reads what an archive holds. One that is compressed, or comes through a pipe, is first unpacked to a file
    /// without a name in `folder`.
    init(archive source: ArchiveSource, aside folder: FilePath, limits: ArchiveLimits) throws(ImageError) {
        var file = try Self.seekable(source)
        if let found = file {
            let plain = try Decompressor(PositionedSource(descriptor: found.rawValue))
            if plain.compression != .none { file = try Self.unpack(plain, in: folder, limits) }
        } else {
            file = try Self.unpack(Decompressor(source.open()), in: folder, limits)
        }
        guard let file else { throw ImageError(.system, "cannot read the archive") }
        let reader = TarReader(PositionedSource(descriptor: file.rawValue), limits: limits)
        var locations: [String: Location] = [:]
        var links: [(String, String)] = []
        while let entry = try reader.next() {
            let path = try LayerUnpacker.normalize(entry.path).string
            switch entry.kind {
            case .file where !reader.isSparse:
                locations[path] = Location(file: file, offset: reader.contentOffset, size: entry.size)
            case .hardLink: links.append((path, LayerUnpacker.text(entry.linkTarget)))
            case .symlink:
                // Old versions of `docker save` link a layer that stands there already.
                let target = FilePath(path).removingLastComponent().appending(LayerUnpacker.text(entry.linkTarget))
                links.append((path, target.lexicallyNormalized().string))
            default: break
            }
        }
        for (path, target) in links { if let location = locations[target] { locations[path] = location } }
        kind = .archive(locations)
    }

    private static func seekable(_ source: ArchiveSource) throws(ImageError) -> OwnedDescriptor? {
        let descriptor: Int32
        switch source {
        case .file(let path):
            descriptor = Glibc.open(path.string, O_RDONLY | O_CLOEXEC | O_NOCTTY)
            guard descriptor >= 0 else { throw .system("cannot open \(path)") }
        case .descriptor(let given):
            var status = stat()
            guard fstat(given, &status) == 0, status.st_mode & S_IFMT == S_IFREG, lseek(given, 0, SEEK_CUR) == 0 else {
                return nil
            }
            descriptor = fcntl(given, F_DUPFD_CLOEXEC, 3)
        case .bytes: return nil
        }
        var status = stat()
        let owned = OwnedDescriptor(descriptor)
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return owned
    }

    private static func unpack(
        _ source: any ByteSource, in folder: FilePath, _ limits: ArchiveLimits
    ) throws(ImageError) -> OwnedDescriptor {
        let path = folder.appending(SnapshotID.random().description)
        let file = OwnedDescriptor(Glibc.open(path.string, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600))
        guard file.rawValue >= 0 else { throw .system("cannot make a temporary file in the store") }
        unlink(path.string)
        let sink = DescriptorSink(descriptor: file.rawValue, name: "a temporary file in the store")
        let limited = LimitedSink(sink, limit: limits.bytes)
        try source.copy(into: limited)
        try sink.flush()
        return file
    }

    // MARK: - reading

    private func location(_ path: String) -> Location? {
        guard let normal = try? LayerUnpacker.normalize(Array(path.utf8)) else { return nil }
        switch kind {
        case .archive(let locations): return locations[normal.string]
        case .directory(let root):
            guard let (file, status) = try? root.openRegularFile(normal) else { return nil }
            return Location(file: file, offset: 0, size: status.size)
        }
    }

    /// All files of an archive, and how large they are; none of a folder, which is not walked.
    var sizes: [(path: String, size: Int64)] {
        guard case .archive(let locations) = kind else { return [] }
        return locations.map { ($0.key, $0.value.size) }.sorted { $0.path < $1.path }
    }

    func has(_ path: String) -> Bool { location(path) != nil }

    /// A file to be read from its beginning; its descriptor lives as long as the source.
    func open(_ path: String) throws(ImageError) -> any ByteSource {
        guard let location = location(path) else {
            throw ImageError(.malformed, "the archive names \(path) and does not hold it")
        }
        return LocatedSource(
            PositionedSource(descriptor: location.file.rawValue, offset: location.offset, size: location.size),
            keeping: location.file)
    }

    /// A whole small file.
    func document(_ path: String) throws(ImageError) -> [UInt8] {
        guard let location = location(path) else {
            throw ImageError(.malformed, "the archive names \(path) and does not hold it")
        }
        guard location.size <= Self.documentLimit else {
            throw ImageError(.tooLarge, "\(path) in the archive is larger than \(Self.documentLimit) bytes")
        }
        let sink = MemorySink()
        try open(path).copy(into: sink)
        return sink.bytes
    }

    /// A whole small blob of an OCI layout, which has the digest it is named by.
    func blob(_ digest: Digest) throws(ImageError) -> [UInt8] {
        let bytes = try document(Self.path(digest))
        if digest.algorithm == .sha256, Digest.sha256(of: bytes) != digest {
            throw ImageError(.digestMismatch, "the content of \(digest) has another digest")
        }
        return bytes
    }

    static func path(_ digest: Digest) -> String { "blobs/\(digest.algorithm.rawValue)/\(digest.hex)" }
}

private final class LocatedSource: ByteSource {
    private let source: PositionedSource
    private let file: OwnedDescriptor

    init(_ source: PositionedSource, keeping file: OwnedDescriptor) {
        self.source = source
        self.file = file
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImageError) -> Int {
        try withExtendedLifetime(file) { () throws(ImageError) in try source.read(into: buffer) }
    }

    func skip(_ count: Int64) -> Bool { source.skip(count) }
}

/// Lets so many bytes pass and no more.
private final class LimitedSink: ByteSink {
    private let downstream: any ByteSink
    private let limit: Int64
    private var count: Int64 = 0

    init(_ downstream: any ByteSink, limit: Int64) {
        self.downstream = downstream
        self.limit = limit
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(ImageError) {
        count += Int64(bytes.count)
        guard count <= limit else {
            throw ImageError(.tooLarge, "the archive holds more than \(limit) bytes")
        }
        try downstream.write(bytes)
    }
}
