import Glibc
import Linux
import SystemPackage

/// Writes a layer's archive from the directory that holds it: the same bytes for the same layer, wherever and whenever.
struct LayerPacker {
    let root: RootedDirectory
    let listing: LayerListing

    /// Writes all of the archive, its end included.
    func pack(into sink: some ByteSink) throws(ImageError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        for entry in listing.entries {
            guard entry.kind == .whiteout || !Self.looksLikeWhiteout(entry) else {
                throw ImageError(
                    .unsupported, "\(entry.path) cannot be in an image: names that begin with .wh. mean deleted files",
                    hint: "give the file another name")
            }
            for stored in entry.tarEntries {
                try sink.write(TarHeader.encode(stored))
                if entry.kind == .file, entry.size > 0 { try copy(entry, into: sink, buffer) }
            }
        }
        try sink.write([UInt8](repeating: 0, count: 1024))
    }

    private static func looksLikeWhiteout(_ entry: LayerEntry) -> Bool {
        let last = entry.name.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        return entry.name[last...].starts(with: Whiteout.prefix)
    }

    private func copy(
        _ entry: LayerEntry, into sink: some ByteSink, _ buffer: UnsafeMutableRawBufferPointer
    ) throws(ImageError) {
        try FileContent(root: root, path: entry.path).copy(size: entry.size, into: sink, buffer)
        let padding = Int(TarHeader.roundUp(entry.size) - entry.size)
        if padding > 0 { try sink.write([UInt8](repeating: 0, count: padding)) }
    }
}

/// A file's content on its way into an archive.
struct FileContent {
    let root: RootedDirectory
    let path: FilePath

    /// Writes exactly `size` bytes; a file that has fewer or more by now is an error, not a broken archive.
    func copy(
        size: Int64, into sink: some ByteSink, _ buffer: UnsafeMutableRawBufferPointer
    ) throws(ImageError) {
        let file: OwnedDescriptor
        do throws(LinuxError) {
            let (opened, status) = try root.openRegularFile(path, followingLast: false)
            guard status.size == size else {
                throw LinuxError("pack", path, .staleNFSFileHandle)
            }
            file = opened
        } catch {
            guard error.errno == .staleNFSFileHandle || error.errno == .noSuchFileOrDirectory else {
                throw ImageError(error)
            }
            throw ImageError(.corrupt, "\(path) is not what it was when its layer was made")
        }
        var rest = size
        while rest > 0 {
            let count = read(file.rawValue, buffer.baseAddress, Int(min(Int64(buffer.count), rest)))
            if count < 0 {
                if errno == EINTR { continue }
                throw ImageError.system("cannot read \(path)")
            }
            guard count > 0 else { throw ImageError(.corrupt, "\(path) is shorter than when its layer was made") }
            try sink.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            rest -= Int64(count)
        }
    }
}
