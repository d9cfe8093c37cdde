import CArchive
import Glibc

/// Compresses what passes through to another sink, with libarchive's filters.
final class Compressor: ByteSink {
    private final class Downstream {
        let sink: any ByteSink
        var error: ImageError?
        init(_ sink: any ByteSink) { self.sink = sink }
    }

    private let downstream: Downstream
    private let archive: OpaquePointer

    init(_ compression: Compression, level: Int? = nil, to sink: any ByteSink) throws(ImageError) {
        downstream = Downstream(sink)
        guard let archive = archive_write_new() else { throw ImageError(.system, "no memory to write an archive") }
        self.archive = archive
        archive_write_set_format_raw(archive)
        // No blocking: a compressed stream ends where it ends.
        archive_write_set_bytes_in_last_block(archive, 1)
        let added: Int32
        switch compression {
        case .none: added = archive_write_add_filter_none(archive)
        case .gzip:
            added = archive_write_add_filter_gzip(archive)
            // The time of day would change the digest.
            archive_write_set_filter_option(archive, "gzip", "timestamp", nil)
        case .bzip2: added = archive_write_add_filter_bzip2(archive)
        case .xz: added = archive_write_add_filter_xz(archive)
        case .zstandard: added = archive_write_add_filter_zstd(archive)
        }
        if let level { archive_write_set_filter_option(archive, nil, "compression-level", String(level)) }
        guard added == ARCHIVE_OK else {
            throw ImageError(.unsupported, "\(compression.rawValue) is not supported by the libarchive of this machine")
        }
        let opened = archive_write_open(
            archive, Unmanaged.passUnretained(downstream).toOpaque(), nil,
            { archive, context, bytes, count in
                guard let context, let bytes else { return 0 }
                let downstream = Unmanaged<Downstream>.fromOpaque(context).takeUnretainedValue()
                do throws(ImageError) {
                    try downstream.sink.write(UnsafeRawBufferPointer(start: bytes, count: count))
                    return count
                } catch {
                    downstream.error = error
                    lesson_archive_set_error(archive, EIO)
                    return -1
                }
            }, nil)
        guard opened == ARCHIVE_OK else { throw failure() }
        let entry = archive_entry_new()
        defer { archive_entry_free(entry) }
        archive_entry_set_filetype(entry, 0o100000)
        guard archive_write_header(archive, entry) == ARCHIVE_OK else { throw failure() }
    }

    deinit { archive_write_free(archive) }

    private func failure() -> ImageError {
        if let error = downstream.error { return error }
        let words = archive_error_string(archive).map { String(cString: $0) } ?? "failed"
        return ImageError(.system, "cannot compress: \(words.lowercased())")
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(ImageError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = archive_write_data(archive, part.baseAddress, part.count)
            guard count > 0 else { throw failure() }
            rest = rest.dropFirst(count)
        }
    }

    /// To be called at the end.
    func finish() throws(ImageError) {
        guard archive_write_close(archive) == ARCHIVE_OK else { throw failure() }
    }
}
