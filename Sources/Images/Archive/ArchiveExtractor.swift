package import Linux
import SystemPackage

/// Unpacks a tar archive, compressed or not, as `ADD archive.tar /directory/` does.
package enum ArchiveExtractor {
    /// Whether an open file is a tar archive, by its content: after gzip, bzip2, xz or zstd, if need be.
    /// The file's offset is not moved.
    package static func isArchive(_ file: OwnedDescriptor) -> Bool {
        guard let plain = try? Decompressor(PositionedSource(descriptor: file.rawValue)) else { return false }
        var block: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: TarBlock.size, alignment: 16)
        defer { buffer.deallocate() }
        while block.count < TarBlock.size {
            let space = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(TarBlock.size - block.count)])
            guard let count = try? plain.read(into: space), count > 0 else { return false }
            block.append(contentsOf: space[..<count])
        }
        let header = TarBlock(bytes: block)
        // An archive of nothing is two blocks of zeros, but so is many a file that is no archive.
        return !header.isZero && header.hasValidChecksum
    }

    /// Unpacks all of an archive below `root`, which nothing in it can leave. `.wh.` names are files like any other.
    ///
    /// - Parameters:
    ///   - owner: who everything shall belong to (container ids), instead of whom the archive says.
    ///   - limits: more than this is refused while it is unpacked.
    package static func extract(
        _ source: ArchiveSource, into root: RootedDirectory, ids: IdentityMapping,
        owner: (uid: UInt32, gid: UInt32)? = nil, limits: ArchiveLimits = ArchiveLimits()
    ) async throws(ImageError) {
        try await DedicatedThread.run { () throws(ImageError) in
            try extractBlocking(source, into: root, ids: ids, owner: owner, limits: limits)
        }
    }

    /// The same on this thread.
    package static func extractBlocking(
        _ source: ArchiveSource, into root: RootedDirectory, ids: IdentityMapping,
        owner: (uid: UInt32, gid: UInt32)? = nil, limits: ArchiveLimits = ArchiveLimits()
    ) throws(ImageError) {
        let reader = TarReader(try Decompressor(source.open()), limits: limits)
        var unpacker = LayerUnpacker(root: root, ids: ids)
        unpacker.names = .plain
        unpacker.owner = owner
        try unpacker.unpack(reader)
    }
}
