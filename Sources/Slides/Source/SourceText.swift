/// A text as the loader works on it: UTF-8, lines ended by line feeds, no byte order mark, no control characters 0 to 2.
struct SourceText {
    var bytes: [UInt8]
    /// What was found and put right.
    var facts = Facts()

    struct Facts: Sendable {
        var hadByteOrderMark = false
        /// Lines ended by CR LF, by a lone CR; the first line of each, 1-based.
        var carriageReturnLineFeeds = 0
        var loneCarriageReturns = 0
        var firstCarriageReturn: Int?
        /// Lines ended by a plain line feed, counted only where others are about.
        var lineFeeds = 0
        /// The lines of NUL and other replaced control characters, of invalid UTF-8: the first, and how many.
        var replacedControls = 0
        var firstControl: Int?
        var invalidSequences = 0
        var firstInvalid: Int?
        /// Bytes left out because the text was too large.
        var omittedBytes = 0
    }

    /// Reads raw bytes; at most `limit` of them.
    init(_ raw: [UInt8], limit: Int) {
        var clean = raw
        if clean.count > limit {
            facts.omittedBytes = clean.count - limit
            clean.removeSubrange(limit...)
        }
        let hasMark = clean.starts(with: [0xEF, 0xBB, 0xBF])
        facts.hadByteOrderMark = hasMark
        if hasMark { clean.removeFirst(3) }
        bytes = clean
        let suspicion = clean.withUnsafeBufferPointer { Self.needsRepair($0) }
        guard suspicion else { return }
        bytes = clean.withUnsafeBufferPointer { repair($0) }
    }

    /// Whether there is a carriage return, a control character 0 to 2 or invalid UTF-8. Most texts have none, eight bytes
    /// are looked at together.
    private static func needsRepair(_ bytes: Bytes) -> Bool {
        var index = 0
        let count = bytes.count
        let raw = UnsafeRawBufferPointer(bytes)
        let high: UInt64 = 0x8080_8080_8080_8080
        let ones: UInt64 = 0x0101_0101_0101_0101
        var hasHigh = false
        while index + 8 <= count {
            let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            // The exact test for a byte below 3, and for a byte that is 0x0D (ASCII words only come near a false alarm).
            let small = (word &- ones &* 3) & ~word & high
            let difference = word ^ (ones &* 0x0D)
            let isReturn = (difference &- ones) & ~difference & high
            if small | isReturn != 0 { return true }
            if word & high != 0 { hasHigh = true }
            index += 8
        }
        while index < count {
            let byte = bytes[index]
            if byte < 3 || byte == .carriageReturn { return true }
            if byte >= 0x80 { hasHigh = true }
            index += 1
        }
        return hasHigh && String(validating: bytes, as: UTF8.self) == nil
    }

    private mutating func repair(_ raw: Bytes) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(raw.count + 16)
        var line = 1
        var index = 0
        while index < raw.count {
            let byte = raw[index]
            switch byte {
            case .carriageReturn:
                if index + 1 < raw.count, raw[index + 1] == .lineFeed {
                    facts.carriageReturnLineFeeds += 1
                    index += 1
                } else {
                    facts.loneCarriageReturns += 1
                }
                if facts.firstCarriageReturn == nil { facts.firstCarriageReturn = line }
                out.append(.lineFeed)
                line += 1
            case .lineFeed:
                facts.lineFeeds += 1
                out.append(.lineFeed)
                line += 1
            case 0...2:
                facts.replacedControls += 1
                if facts.firstControl == nil { facts.firstControl = line }
                out.append(contentsOf: [0xEF, 0xBF, 0xBD])
            case 0..<0x80: out.append(byte)
            default:
                let length = Self.scalarLength(raw, at: index)
                if length > 0 {
                    out.append(contentsOf: raw[index..<index + length])
                    index += length - 1
                } else {
                    facts.invalidSequences += 1
                    if facts.firstInvalid == nil { facts.firstInvalid = line }
                    out.append(contentsOf: [0xEF, 0xBF, 0xBD])
                }
            }
            index += 1
        }
        return out
    }

    /// The length of the well-formed sequence at `index` (Unicode 15, table 3-7), or 0.
    private static func scalarLength(_ bytes: Bytes, at index: Int) -> Int {
        let first = bytes[index]
        let (length, low, high): (Int, UInt8, UInt8) =
            switch first {
            case 0xC2...0xDF: (2, 0x80, 0xBF)
            case 0xE0: (3, 0xA0, 0xBF)
            case 0xED: (3, 0x80, 0x9F)
            case 0xE1...0xEF: (3, 0x80, 0xBF)
            case 0xF0: (4, 0x90, 0xBF)
            case 0xF4: (4, 0x80, 0x8F)
            case 0xF1...0xF3: (4, 0x80, 0xBF)
            default: (0, 0, 0)
            }
        guard length > 0, index + length <= bytes.count else { return 0 }
        guard bytes[index + 1] >= low, bytes[index + 1] <= high else { return 0 }
        for offset in 2..<max(2, length) where bytes[index + offset] & 0xC0 != 0x80 { return 0 }
        return length
    }
}
