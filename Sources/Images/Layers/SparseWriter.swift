import Glibc

/// Writes a file's content from an archive, leaving long runs of zeros as holes.
struct SparseWriter {
    let descriptor: Int32

    /// The shortest run of zeros that is worth a hole.
    private static let unit = 64 << 10

    func write(_ reader: TarReader, size: Int64) throws(ImageError) {
        var length: Int64 = 0
        while let (offset, bytes) = try reader.content() {
            // What lies between holes is written at once.
            var start = 0
            var end = 0
            func putPart() throws(ImageError) {
                guard start < end else { return }
                try put(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), at: offset + Int64(start))
                length = offset + Int64(end)
            }
            while end < bytes.count {
                let next = min(bytes.count, end + Self.unit)
                if next - end == Self.unit, Self.isZero(UnsafeRawBufferPointer(rebasing: bytes[end..<next])) {
                    try putPart()
                    start = next
                }
                end = next
            }
            try putPart()
        }
        // Makes the file as long as it is when it ends in a hole.
        if length < size, ftruncate(descriptor, Int(size)) != 0 { throw .system("cannot make a file of \(size) bytes") }
    }

    private func put(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(ImageError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = pwrite(descriptor, rest.baseAddress, rest.count, Int(offset) + done)
            if count >= 0 {
                done += count
            } else if errno != EINTR {
                throw .system("cannot write a file")
            }
        }
    }

    private static func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress, bytes.first == 0 else { return bytes.isEmpty }
        // All zero if the first is and each equals the one before it.
        return memcmp(start, start + 1, bytes.count - 1) == 0
    }
}
