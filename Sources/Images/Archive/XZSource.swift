import CLZMA

/// What xz compressed, read with a limit of memory: each block of a stream says how large a dictionary it wants, up to
/// 4 GiB, and libarchive believes it.
final class XZSource: ByteSource {
    /// `xz -9` asks for 65 MiB.
    static let memoryLimit = 256 << 20

    private let source: any ByteSource
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    private var stream = lzma_stream()
    private var sourceEnded = false
    private var finished = false

    init(_ source: any ByteSource) throws(ImageError) {
        self.source = source
        let made = lzma_stream_decoder(&stream, UInt64(Self.memoryLimit), lesson_lzma_concatenated)
        guard made == LZMA_OK else { throw ImageError(.system, "no memory to decompress the archive (xz)") }
    }

    deinit {
        lzma_end(&stream)
        input.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImageError) -> Int {
        while !finished, !buffer.isEmpty {
            if stream.avail_in == 0, !sourceEnded {
                stream.avail_in = try source.read(into: input)
                stream.next_in = UnsafePointer(input.baseAddress?.assumingMemoryBound(to: UInt8.self))
                sourceEnded = stream.avail_in == 0
            }
            stream.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.avail_out = buffer.count
            switch lzma_code(&stream, sourceEnded ? LZMA_FINISH : LZMA_RUN) {
            case LZMA_OK: break
            case LZMA_STREAM_END: finished = true
            case LZMA_MEMLIMIT_ERROR:
                let wanted = lzma_memusage(&stream) >> 20
                throw ImageError(
                    .tooLarge,
                    "cannot decompress the archive (xz): it needs \(wanted) MiB of memory, more than \(Self.memoryLimit >> 20)",
                    hint: "compress it with a smaller dictionary: `xz -9` takes 65 MiB")
            case LZMA_MEM_ERROR: throw ImageError(.system, "no memory to decompress the archive (xz)")
            case LZMA_BUF_ERROR:
                throw ImageError(.malformed, "cannot decompress the archive (xz): it is cut off")
            default: throw ImageError(.malformed, "cannot decompress the archive (xz): it is damaged")
            }
            let count = buffer.count - stream.avail_out
            if count > 0 { return count }
        }
        return 0
    }
}
