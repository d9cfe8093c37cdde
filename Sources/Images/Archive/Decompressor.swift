import CArchive
import Glibc

/// What an archive may be compressed with.
package enum Compression: String, Sendable, Hashable, CaseIterable {
    case none
    case gzip
    case bzip2
    case xz
    case zstandard = "zstd"

    /// Recognises compression by the first bytes of content, never by its name.
    package init(detecting bytes: some Collection<UInt8>) {
        let start = Array(bytes.prefix(6))
        if start.starts(with: [0x1F, 0x8B]) {
            self = .gzip
        } else if start.starts(with: [0x42, 0x5A, 0x68]) {
            self = .bzip2
        } else if start.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) {
            self = .xz
        } else if start.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
            self = .zstandard
        } else {
            self = .none
        }
    }
}

/// What `source` holds, without its compression, which is recognised by content.
///
/// libarchive does the filters, one layer of them, and nothing else: its formats are never switched on. xz is read by
/// ``XZSource``, which limits its memory; zstd refuses windows above 128 MiB, gzip and bzip2 have small ones.
final class Decompressor: ByteSource {
    let compression: Compression
    private let upstream: Upstream
    private let archive: OpaquePointer?
    private let xz: XZSource?
    /// What libarchive handed out and is not yet read.
    private var block = UnsafeRawBufferPointer(start: nil, count: 0)
    private var finished = false

    /// What the C side calls back into.
    private final class Upstream: ByteSource {
        let source: any ByteSource
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        /// Bytes read ahead to recognise the compression.
        var ahead = 0
        var error: ImageError?

        init(_ source: any ByteSource) { self.source = source }
        deinit { buffer.deallocate() }

        /// First what was read ahead.
        func read(into target: UnsafeMutableRawBufferPointer) throws(ImageError) -> Int {
            guard ahead > 0 else { return try source.read(into: target) }
            let count = min(ahead, target.count)
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            ahead -= count
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[count..<count + ahead]))
            return count
        }
    }

    init(_ source: any ByteSource) throws(ImageError) {
        upstream = Upstream(source)
        while upstream.ahead < 6 {
            let rest = UnsafeMutableRawBufferPointer(rebasing: upstream.buffer[upstream.ahead...])
            let count = try source.read(into: rest)
            if count == 0 { break }
            upstream.ahead += count
        }
        compression = Compression(detecting: upstream.buffer[..<upstream.ahead])
        guard compression != .none, compression != .xz else {
            archive = nil
            xz = compression == .xz ? try XZSource(upstream) : nil
            return
        }
        xz = nil
        archive = archive_read_new()
        guard let archive else { throw ImageError(.system, "no memory to read an archive") }
        let enabled =
            switch compression {
            case .gzip: archive_read_support_filter_gzip(archive)
            case .bzip2: archive_read_support_filter_bzip2(archive)
            case .zstandard: archive_read_support_filter_zstd(archive)
            case .none, .xz: ARCHIVE_OK
            }
        // `deinit` frees the archive, also when this throws: all properties are set.
        guard enabled == ARCHIVE_OK else {
            throw ImageError(.unsupported, "\(compression.rawValue) is not supported by the libarchive of this machine")
        }
        archive_read_support_format_raw(archive)
        archive_read_support_format_empty(archive)
        let opened = archive_read_open(
            archive, Unmanaged.passUnretained(upstream).toOpaque(), nil,
            { archive, context, block in
                guard let context, let block else { return Int(ARCHIVE_FATAL) }
                let upstream = Unmanaged<Upstream>.fromOpaque(context).takeUnretainedValue()
                block.pointee = UnsafeRawPointer(upstream.buffer.baseAddress)
                if upstream.ahead > 0 {
                    defer { upstream.ahead = 0 }
                    return upstream.ahead
                }
                do throws(ImageError) {
                    return try upstream.source.read(into: upstream.buffer)
                } catch {
                    upstream.error = error
                    lesson_archive_set_error(archive, EIO)
                    return Int(ARCHIVE_FATAL)
                }
            }, nil)
        guard opened == ARCHIVE_OK else { throw failure() }
        var entry: OpaquePointer?
        let header = archive_read_next_header(archive, &entry)
        if header == ARCHIVE_EOF {
            finished = true
        } else if header != ARCHIVE_OK {
            throw failure()
        }
    }

    deinit { if let archive { archive_read_free(archive) } }

    private func failure() -> ImageError {
        if let error = upstream.error { return error }
        let words = archive.flatMap { archive_error_string($0) }.map { String(cString: $0) } ?? "damaged"
        return ImageError(.malformed, "cannot decompress the archive (\(compression.rawValue)): \(words.lowercased())")
    }

    func skip(_ count: Int64) -> Bool {
        compression == .none && upstream.ahead == 0 && upstream.source.skip(count)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImageError) -> Int {
        if let xz { return try xz.read(into: buffer) }
        guard let archive else { return try upstream.read(into: buffer) }
        while block.isEmpty {
            if finished { return 0 }
            var start: UnsafeRawPointer?
            var size = 0
            var offset: la_int64_t = 0
            switch archive_read_data_block(archive, &start, &size, &offset) {
            case ARCHIVE_OK: block = UnsafeRawBufferPointer(start: start, count: size)
            case ARCHIVE_EOF: finished = true
            default: throw failure()
            }
        }
        let count = min(block.count, buffer.count)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: block[..<count]))
        block = UnsafeRawBufferPointer(rebasing: block[count...])
        return count
    }
}
