import OCI

/// The bytes of a regular file in a layer, read in pieces.
package struct LayerContent: Sendable {
    /// In bytes.
    package var size: UInt64
    /// At most `count` bytes from `offset`; fewer at the end.
    package var read: @Sendable (_ offset: UInt64, _ count: Int) -> [UInt8]

    package init(size: UInt64, read: @escaping @Sendable (_ offset: UInt64, _ count: Int) -> [UInt8]) {
        self.size = size
        self.read = read
    }

    /// All of it, at most `limit` bytes.
    package func contents(limit: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let piece = read(UInt64(bytes.count), min(1 << 20, limit - bytes.count))
            if piece.isEmpty { break }
            bytes += piece
        }
        return bytes
    }

    /// SHA-256, in hexadecimal digits; nil for more than `limit` bytes. Memory does not grow with the file.
    package func digest(limit: UInt64 = 1 << 30) -> String? {
        guard size <= limit else { return nil }
        var hasher = SHA256Hasher()
        var offset: UInt64 = 0
        while offset < size {
            let piece = read(offset, 1 << 20)
            if piece.isEmpty { return nil }
            hasher.update(piece)
            offset += UInt64(piece.count)
        }
        return hasher.finalize().hex
    }

    /// What the file says of itself, when it is an ELF file.
    package var elf: (summary: ELFSummary, buildID: [UInt8]?)? {
        guard ELFReader.hasMagic(read(0, 4)) else { return nil }
        var reader = ELFReader(size: size, read: read)
        guard let summary = reader.read() else { return nil }
        return (summary, reader.buildID())
    }
}
