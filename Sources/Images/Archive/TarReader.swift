import OCI

/// Reads a tar archive: v7, ustar, GNU and pax, with long names, large numbers and sparse files.
///
/// Written here, in a memory-safe language, because an image's identity hangs on the exact bytes of its layers: what
/// lies between the files is handed to `framing`, so that the very same archive can be written again.
///
/// Everything is counted and bounded: extended headers, names, sparse maps. Where a pax header and the ustar header
/// disagree on a size, the pax header is right, for the content and for where the next header is (CVE-2025-62518).
final class TarReader {
    private let source: any ByteSource
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
    private var start = 0
    private var end = 0
    /// Bytes that were read of the source.
    private var consumed: Int64 = 0
    /// How long the archive may be: its content, and for each entry more headers than anyone needs. Else headers
    /// without files, or zeros after the end, would be unpacked for ever.
    private let bound: Int64
    /// Where in the uncompressed archive the content of the current entry begins.
    var contentOffset: Int64 { consumed - Int64(end - start) }
    /// Gets each byte that is not content somebody read as such.
    var framing: ((UnsafeRawBufferPointer) throws(ImageError) -> Void)?
    let limits: ArchiveLimits
    private(set) var entryCount = 0
    private(set) var contentBytes: Int64 = 0

    // Of the current entry.
    private var storedRest: Int64 = 0
    private var padding: Int64 = 0
    /// The parts of a sparse file that are stored, with what is still to come of the first.
    private var segments: ArraySlice<Segment> = []
    private var position: Int64 = 0
    /// Whether the current file is sparse; its content is then part of the framing.
    private(set) var isSparse = false

    private struct Segment {
        var offset: Int64
        var length: Int64
    }

    init(_ source: any ByteSource, limits: ArchiveLimits = ArchiveLimits()) {
        self.source = source
        self.limits = limits
        let headers = Int64(limits.entries).multipliedReportingOverflow(by: 4096)
        bound = limits.bytes.addingSize(headers.overflow ? .max : headers.partialValue)
    }

    deinit { buffer.deallocate() }

    // MARK: - bytes

    /// At least one byte of what comes next, or an empty buffer at the end.
    private func available() throws(ImageError) -> UnsafeRawBufferPointer {
        if start == end {
            start = 0
            end = try source.read(into: buffer)
            try consume(Int64(end))
        }
        return UnsafeRawBufferPointer(rebasing: buffer[start..<end])
    }

    private func consume(_ count: Int64) throws(ImageError) {
        consumed = consumed.addingSize(count)
        guard consumed <= bound else {
            throw ImageError(.tooLarge, "the archive is longer than \(bound) bytes once it is decompressed")
        }
    }

    /// The next 512 bytes; nil at the end of the archive.
    private func block() throws(ImageError) -> TarBlock? {
        while end - start < TarBlock.size {
            if start > 0 {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
                end -= start
                start = 0
            }
            let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
            if count == 0 {
                guard end > start else { return nil }
                throw ImageError(.malformed, "the archive is cut off")
            }
            end += count
            try consume(Int64(count))
        }
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[start..<start + TarBlock.size])
        start += TarBlock.size
        try framing?(bytes)
        return TarBlock(bytes: Array(bytes))
    }

    private func skip(_ count: Int64) throws(ImageError) {
        var rest = count
        while rest > 0 {
            // Over what nobody wants to see, when the source knows how.
            if start == end, framing == nil, source.skip(rest) {
                try consume(rest)
                return
            }
            let bytes = try available()
            guard !bytes.isEmpty else { throw ImageError(.malformed, "the archive is cut off") }
            let taken = Int(min(Int64(bytes.count), rest))
            try framing?(UnsafeRawBufferPointer(rebasing: bytes[..<taken]))
            start += taken
            rest -= Int64(taken)
        }
    }

    private func data(_ count: Int64, limit: Int64, what: String) throws(ImageError) -> [UInt8] {
        guard count <= limit else {
            throw ImageError(.malformed, "\(what) in the archive is larger than \(limit) bytes")
        }
        var bytes: [UInt8] = []
        while Int64(bytes.count) < count {
            guard let block = try block() else { throw ImageError(.malformed, "the archive is cut off") }
            bytes.append(contentsOf: block.bytes.prefix(Int(count) - bytes.count))
        }
        return bytes
    }

    // MARK: - entries

    /// The next entry, or nil at the end; what is left of the one before is skipped.
    func next() throws(ImageError) -> TarEntry? {
        try skip(storedRest + padding)
        storedRest = 0
        padding = 0
        segments = []
        isSparse = false
        var extended = PaxRecords()
        var longName: [UInt8]?
        var longLink: [UInt8]?
        while let header = try block() {
            if header.isZero {
                try drain()
                return nil
            }
            guard header.hasValidChecksum else { throw ImageError(.malformed, "not a tar archive, or a damaged one") }
            let size = try header.size()
            switch header.type {
            case UInt8(ascii: "x"): extended = try PaxRecords(parsing: data(size, limit: 8 << 20, what: "a pax header"))
            case UInt8(ascii: "g"): _ = try data(size, limit: 8 << 20, what: "a pax header")
            case UInt8(ascii: "L"): longName = Self.string(try data(size, limit: 1 << 20, what: "a long name"))
            case UInt8(ascii: "K"): longLink = Self.string(try data(size, limit: 1 << 20, what: "a long link"))
            default:
                entryCount += 1
                guard entryCount <= limits.entries else {
                    throw ImageError(.tooLarge, "the archive holds more than \(limits.entries) entries")
                }
                return try entry(header, extended, longName: longName, longLink: longLink)
            }
        }
        return nil
    }

    private static func string(_ bytes: [UInt8]) -> [UInt8] { Array(bytes.prefix { $0 != 0 }) }

    /// Reads what follows the end of the archive, so that its digest covers all of it.
    func drain() throws(ImageError) {
        while true {
            let bytes = try available()
            if bytes.isEmpty { return }
            try framing?(bytes)
            start = end
        }
    }

    private func entry(
        _ header: TarBlock, _ extended: PaxRecords, longName: [UInt8]?, longLink: [UInt8]?
    ) throws(ImageError) -> TarEntry {
        let path = extended.sparse.name ?? extended.path ?? longName ?? header.name
        let link = extended.linkTarget ?? longLink ?? header.linkName
        guard !path.contains(0), !link.contains(0) else {
            throw ImageError(.malformed, "a name in the archive holds a zero byte")
        }
        let kind: TarKind
        switch header.type {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): kind = path.last == UInt8(ascii: "/") ? .directory : .file
        case UInt8(ascii: "S"): kind = .file
        case UInt8(ascii: "1"): kind = .hardLink
        case UInt8(ascii: "2"): kind = .symlink
        case UInt8(ascii: "3"): kind = .characterDevice
        case UInt8(ascii: "4"): kind = .blockDevice
        case UInt8(ascii: "5"): kind = .directory
        case UInt8(ascii: "6"): kind = .fifo
        default:
            throw ImageError(.unsupported, "the archive holds an entry of a type that is not known (\(header.type))")
        }
        // Only files have content, whatever the size field of the others says: as Go and Docker read it. A directory
        // of v7, told by the slash at its end, keeps its content so that the next header is found.
        let isRegular = [0, UInt8(ascii: "0"), UInt8(ascii: "7"), UInt8(ascii: "S")].contains(header.type)
        var stored: Int64 = 0
        if isRegular { if let size = extended.size { stored = size } else { stored = try header.size() } }
        storedRest = stored
        padding = (512 - stored % 512) % 512
        var size = kind == .file ? stored : 0
        if kind == .file { size = try sparse(header, extended, stored: stored) ?? stored }
        guard size <= limits.bytes - contentBytes else {
            throw ImageError(.tooLarge, "the archive holds more than \(limits.bytes) bytes")
        }
        contentBytes += size
        if kind == .file, !isSparse { segments = stored > 0 ? [Segment(offset: 0, length: stored)] : [] }
        var entry = TarEntry(
            path: path, kind: kind, mode: UInt32(try header.number(at: 100, 8) & 0o7777), size: size,
            linkTarget: kind == .symlink || kind == .hardLink ? link : [],
            modified: FileTime(seconds: try header.number(at: 136, 12)), attributes: extended.attributes)
        entry.uid = try identifier(extended.uid, else: header, at: 108)
        entry.gid = try identifier(extended.gid, else: header, at: 116)
        if let modified = extended.modified { entry.modified = modified }
        if kind == .characterDevice || kind == .blockDevice {
            entry.deviceMajor = try identifier(nil, else: header, at: 329)
            entry.deviceMinor = try identifier(nil, else: header, at: 337)
        }
        return entry
    }

    private func identifier(
        _ extended: Int64?, else header: TarBlock, at offset: Int
    ) throws(ImageError) -> UInt32 {
        var value = extended ?? 0
        if extended == nil { value = try header.number(at: offset, 8) }
        guard value >= 0, value < 1 << 31 else {
            throw ImageError(.hostile, "the archive holds an owner of \(value), which no system has")
        }
        return UInt32(value)
    }

    // MARK: - sparse files

    /// Sets `segments` when the file is sparse, and returns its size with holes.
    private func sparse(_ header: TarBlock, _ extended: PaxRecords, stored: Int64) throws(ImageError) -> Int64? {
        var numbers: [Int64] = []
        let real: Int64
        if header.type == UInt8(ascii: "S") {
            real = try header.number(at: 483, 12)
            var block = header
            var offset = 386
            var count = 4
            var more = header.bytes[482] != 0
            while true {
                for index in 0..<count where block.bytes[offset + index * 24] != 0 {
                    numbers.append(try block.number(at: offset + index * 24, 12))
                    numbers.append(try block.number(at: offset + index * 24 + 12, 12))
                }
                guard more else { break }
                guard numbers.count <= Self.mapLimit, let next = try self.block() else { throw Self.badMap }
                block = next
                offset = 0
                count = 21
                more = next.bytes[504] != 0
            }
        } else if extended.sparse.major == 1, let size = extended.sparse.realSize {
            real = size
            numbers = try storedMap()
        } else if let size = extended.sparse.realSize {
            real = size
            numbers = extended.sparse.map
        } else {
            return nil
        }
        isSparse = true
        guard numbers.count % 2 == 0, real >= 0 else { throw Self.badMap }
        var found: [Segment] = []
        var last: Int64 = 0
        var total: Int64 = 0
        for index in stride(from: 0, to: numbers.count, by: 2) {
            let (offset, length) = (numbers[index], numbers[index + 1])
            guard offset >= last, length >= 0, offset <= real, length <= real - offset else { throw Self.badMap }
            last = offset + length
            total += length
            if length > 0 { found.append(Segment(offset: offset, length: length)) }
        }
        guard total == storedRest else { throw Self.badMap }
        segments = found[...]
        return real
    }

    private static let mapLimit = 2_000_000
    private static let badMap = ImageError(.malformed, "the map of a sparse file in the archive makes no sense")

    /// The map of GNU's sparse format 1.0: decimal lines before the content, filled up to whole blocks.
    private func storedMap() throws(ImageError) -> [Int64] {
        var numbers: [Int64] = []
        var wanted: Int64?
        var value: Int64 = 0
        var digits = 0
        while wanted.map({ Int64(numbers.count) < $0 * 2 }) ?? true {
            guard storedRest >= 512, let block = try block() else { throw Self.badMap }
            storedRest -= 512
            for byte in block.bytes {
                if byte >= 48, byte <= 57, digits < 18 {
                    value = value * 10 + Int64(byte - 48)
                    digits += 1
                } else if byte == 10, digits > 0 {
                    if wanted == nil {
                        guard value <= Self.mapLimit / 2 else { throw Self.badMap }
                        wanted = value
                    } else {
                        numbers.append(value)
                    }
                    value = 0
                    digits = 0
                    if let wanted, Int64(numbers.count) >= wanted * 2 { break }
                } else {
                    throw Self.badMap
                }
            }
        }
        return numbers
    }

    // MARK: - content

    /// The next piece of the current file's content and where it belongs; nil at its end. The bytes are valid until
    /// the next call.
    func content() throws(ImageError) -> (offset: Int64, bytes: UnsafeRawBufferPointer)? {
        guard var segment = segments.first else { return nil }
        let bytes = try available()
        guard !bytes.isEmpty else { throw ImageError(.malformed, "the archive is cut off") }
        let count = Int(min(Int64(bytes.count), segment.length))
        let piece = UnsafeRawBufferPointer(rebasing: bytes[..<count])
        if isSparse { try framing?(piece) }
        start += count
        storedRest -= Int64(count)
        let offset = segment.offset
        segment.offset += Int64(count)
        segment.length -= Int64(count)
        if segment.length == 0 { segments = segments.dropFirst() } else { segments[segments.startIndex] = segment }
        return (offset, piece)
    }
}
