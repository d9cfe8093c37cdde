/// The first pass: one look at every byte, to find the lines that may separate slides and what each stretch between
/// them needs.
struct LineScanner {
    private(set) var chunks: [Chunk] = []
    private(set) var marks: [Mark] = []
    let dialect: DeckOptions.Dialect
    let limits: DeckOptions.Limits
    /// Whether there were more separators than entries are allowed.
    private(set) var isTruncated = false

    private static let interesting: [Bool] = {
        var table = [Bool](repeating: false, count: 256)
        for byte: UInt8 in [.lineFeed, .leftBracket, .less, .greater, .leftBrace] { table[Int(byte)] = true }
        return table
    }()

    /// Whether a line `<!-- end_slide -->` was seen, which only presenterm's decks have.
    private(set) var sawSlideEnd = false

    /// What remark's own lexer takes for separators and notes, when it has the say.
    private let lexer: RemarkLexer?

    init(
        _ bytes: Bytes, from start: Int, line: Int, lexer: RemarkLexer? = nil, dialect: DeckOptions.Dialect,
        limits: DeckOptions.Limits
    ) {
        self.lexer = lexer
        self.dialect = dialect
        self.limits = limits
        chunks.reserveCapacity(bytes.count / 512)
        marks.reserveCapacity(bytes.count / 1024)
        scan(bytes, from: start, line: Int32(line))
    }

    private mutating func scan(_ bytes: Bytes, from first: Int, line firstLine: Int32) {
        let count = bytes.count
        var offset = first
        var line = firstLine
        var chunk = Chunk(
            opener: .start, start: Int32(offset), end: 0, line: line, endLine: line, marks: 0)
        var paragraphBytes = 0
        let raw = UnsafeRawBufferPointer(bytes)
        Self.interesting.withUnsafeBufferPointer { table in
            while offset < count {
                let start = offset
                var first = bytes[start]
                // Separators are rare and short: look at them before anything else.
                if first == .dash || first == .less, let opener = separator(bytes, start),
                    lexer.map({ $0.separators.contains(start) }) ?? true
                {
                    if chunks.count + 1 < limits.slides {
                        chunk.end = Int32(start)
                        chunk.endLine = line
                        chunks.append(chunk)
                        offset = min(bytes.lineEnd(from: start, limit: count) + 1, count)
                        line += 1
                        chunk = Chunk(
                            opener: opener, start: Int32(offset), end: 0, line: line, endLine: line,
                            marks: Int32(marks.count))
                        continue
                    }
                    isTruncated = true
                }
                var position = start
                if first == .space || first == .tab {
                    position = bytes.skipBlanks(from: start, limit: count)
                    first = position < count ? bytes[position] : .lineFeed
                }
                if first != .lineFeed {
                    chunk.traits.insert(.content)
                    lineStart(bytes, lineStart: start, at: position, first: first, line: line, &chunk)
                }
                // The rest of the line, byte by byte.
                while true {
                    position = Self.nextInteresting(raw, position, table)
                    guard position < count, bytes[position] != .lineFeed else { break }
                    inside(bytes, lineStart: start, at: position, line: line, &chunk)
                    position += 1
                }
                paragraphBytes = first == .lineFeed ? 0 : paragraphBytes + position - start
                if paragraphBytes > limits.paragraphBytes { chunk.traits.insert(.excess) }
                if position < count { line += 1 }
                offset = position + 1
            }
        }
        chunk.end = Int32(count)
        chunk.endLine = count > 0 && bytes[count - 1] == .lineFeed ? line : line + 1
        chunks.append(chunk)
    }

    /// The first offset from `offset` on whose byte is one of ``interesting``, or the end; eight bytes at a time.
    @inline(__always)
    private static func nextInteresting(
        _ raw: UnsafeRawBufferPointer, _ offset: Int, _ table: UnsafeBufferPointer<Bool>
    ) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var position = offset
        while position + 8 <= raw.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            // Brackets and braces differ in one bit each: `[` 5B and `{` 7B, `<` 3C and `>` 3E.
            let feed = word ^ (ones &* 0x0A)
            let brace = (word | (ones &* 0x20)) ^ (ones &* 0x7B)
            let angle = (word & (ones &* 0xFD)) ^ (ones &* 0x3C)
            let zeros = ((feed &- ones) & ~feed) | ((brace &- ones) & ~brace) | ((angle &- ones) & ~angle)
            let hits = zeros & (ones &* 0x80)
            // The lowest hit is never a false alarm: a borrow only runs upwards from a true one.
            if hits != 0 { return position + hits.trailingZeroBitCount / 8 }
            position += 8
        }
        while position < raw.count, !table[Int(raw[position])] { position += 1 }
        return position
    }

    /// What kind of separator the line at `start` is, if any.
    private mutating func separator(_ bytes: Bytes, _ start: Int) -> Chunk.Opener? {
        let count = bytes.count
        func ends(_ offset: Int) -> Bool { offset >= count || bytes[offset] == .lineFeed }
        if bytes[start] == .dash {
            guard dialect != .presenterm, start + 1 < count, bytes[start + 1] == .dash else { return nil }
            if ends(start + 2) { return .fragment }
            return bytes[start + 2] == .dash && ends(start + 3) ? .slide : nil
        }
        guard bytes.starts(with: "<!--", at: start, limit: count) else { return nil }
        let word = bytes.skipBlanks(from: start + 4, limit: count)
        let opener: Chunk.Opener
        var end: Int
        if dialect != .presenterm {
            if dialect == .automatic, bytes.starts(with: "end_slide -->", at: word, limit: count) { sawSlideEnd = true }
            guard bytes.starts(with: "break", at: word, limit: count) else { return nil }
            opener = .slide
            end = word + 5
        } else if bytes.starts(with: "end_slide", at: word, limit: count) {
            opener = .slide
            end = word + 9
        } else if bytes.starts(with: "pause", at: word, limit: count) {
            opener = .fragment
            end = word + 5
        } else {
            return nil
        }
        end = bytes.skipBlanks(from: end, limit: count)
        guard bytes.starts(with: "-->", at: end, limit: count) else { return nil }
        end += 3
        if dialect == .presenterm { end = bytes.skipBlanks(from: end, limit: count) }
        return ends(end) ? opener : nil
    }

    /// Looks at the first character of a line that is not blank.
    private mutating func lineStart(
        _ bytes: Bytes, lineStart: Int, at position: Int, first: UInt8, line: Int32, _ chunk: inout Chunk
    ) {
        switch first {
        case .backtick, .tilde:
            appendFence(bytes, lineStart: lineStart, at: position, line: line, afterListMarker: false)
        case .questionMark:
            guard position == lineStart, bytes.starts(with: "???", at: position, limit: bytes.count) else { return }
            guard position + 3 == bytes.count || bytes[position + 3] == .lineFeed else { return }
            guard lexer.map({ $0.notes.contains(lineStart) }) ?? true else { return }
            marks.append(
                Mark(kind: .notes, offset: Int32(lineStart), line: line, chunk: Int32(chunks.count)))
        case .dash, .star, .plus, .greater, .zero ... .nine:
            container(bytes, lineStart: lineStart, at: position, line: line, &chunk)
            if first == .dash, isDelimiterRow(bytes, position) { chunk.traits.insert(.table) }
        case .pipe, .colon:
            if isDelimiterRow(bytes, position) { chunk.traits.insert(.table) }
        case .leftBracket:
            if definitionEnd(bytes, position) != nil { chunk.traits.insert(.definition) }
        default:
            if position - lineStart > limits.nesting * 2 { chunk.traits.insert(.excess) }
        }
    }

    /// Looks at what may open a list or a quote: a fence may stand behind it, and too many of them one behind the other.
    private mutating func container(
        _ bytes: Bytes, lineStart: Int, at start: Int, line: Int32, _ chunk: inout Chunk
    ) {
        var position = start
        var depth = (start - lineStart) / 2
        while let next = bytes.afterContainerMarker(position) {
            depth += 1
            let content = bytes.skipBlanks(from: next, limit: bytes.count)
            depth += (content - next) / 2
            if depth > limits.nesting {
                chunk.traits.insert(.excess)
                return
            }
            position = content
        }
        guard position > start, position < bytes.count else { return }
        if bytes[position] == .backtick || bytes[position] == .tilde, bytes[start] != .greater {
            appendFence(bytes, lineStart: lineStart, at: position, line: line, afterListMarker: true)
        }
    }

    private mutating func appendFence(
        _ bytes: Bytes, lineStart: Int, at position: Int, line: Int32, afterListMarker: Bool
    ) {
        let character = bytes[position]
        var end = position
        while end < bytes.count, bytes[end] == character { end += 1 }
        let length = end - position
        guard length >= 3 else { return }
        let info = bytes.skipBlanks(from: end, limit: bytes.count)
        var kind = Mark.Kind.bareFence
        if info < bytes.count, bytes[info] != .lineFeed {
            // ` ``` -->` ends a comment, and ```` ```code``` ```` is code in a line.
            if bytes.starts(with: "-->", at: info, limit: bytes.count) { return }
            let lineEnd = bytes.lineEnd(from: info, limit: bytes.count)
            if character == .backtick, bytes[info..<lineEnd].contains(.backtick) { return }
            // Killercoda's suffix stands on the closing marker.
            kind = bytes.starts(with: "{{", at: info, limit: bytes.count) ? .bareFence : .openingFence
        }
        var indent = 0
        for offset in lineStart..<position { indent += bytes[offset] == .tab ? 4 - indent % 4 : 1 }
        marks.append(
            Mark(
                kind: kind, character: character, isAfterListMarker: afterListMarker, indent: UInt16(clamping: indent),
                length: UInt16(clamping: length), offset: Int32(lineStart), line: line, chunk: Int32(chunks.count)))
    }

    /// Looks at a byte that may matter in the middle of a line.
    @inline(__always)
    private mutating func inside(
        _ bytes: Bytes, lineStart: Int, at position: Int, line: Int32, _ chunk: inout Chunk
    ) {
        switch bytes[position] {
        case .leftBracket:
            chunk.traits.insert(.bracket)
            if position > lineStart, bytes[position - 1] == .exclamationMark { chunk.traits.insert(.image) }
            if position > lineStart, bytes[position - 1].isWord,
                bytes.classListStart(before: position, lineStart) != nil
            {
                chunk.traits.insert(.classes)
            }
        case .leftBrace:
            if position + 1 < bytes.count, bytes[position + 1] == .leftBrace { chunk.traits.insert(.variable) }
        case .less:
            guard bytes.starts(with: "<!--", at: position, limit: bytes.count) else { return }
            chunk.traits.insert(.comment)
            if let last = marks.last, last.kind == .commentStart, last.offset == Int32(lineStart) { return }
            let end = bytes.lineEnd(from: position + 2, limit: min(bytes.count, position + 4096))
            guard bytes.find("-->", in: position + 2..<end) == nil, !bytes.isInCode(position, lineStart: lineStart)
            else { return }
            marks.append(
                Mark(kind: .commentStart, offset: Int32(lineStart), line: line, chunk: Int32(chunks.count)))
        case .greater:
            guard position >= lineStart + 2, bytes[position - 1] == .dash, bytes[position - 2] == .dash else { return }
            if let last = marks.last, last.kind == .commentEnd, last.offset == Int32(lineStart) { return }
            marks.append(Mark(kind: .commentEnd, offset: Int32(lineStart), line: line, chunk: Int32(chunks.count)))
        default: return
        }
    }

    /// Whether the line is a table's second: dashes, pipes, colons and blanks, with at least one pipe.
    private func isDelimiterRow(_ bytes: Bytes, _ start: Int) -> Bool {
        var position = start
        var hasPipe = false
        var hasDash = false
        while position < bytes.count, bytes[position] != .lineFeed {
            switch bytes[position] {
            case .pipe: hasPipe = true
            case .dash: hasDash = true
            case .colon, .space, .tab: break
            default: return false
            }
            position += 1
        }
        return hasPipe && hasDash
    }

    /// Whether `[...]:` starts here.
    private func definitionEnd(_ bytes: Bytes, _ start: Int) -> Int? {
        var position = start + 1
        let limit = min(bytes.count, start + 1001)
        while position < limit, bytes[position] != .rightBracket, bytes[position] != .lineFeed { position += 1 }
        // A label over several lines: what libcmark might take for a definition must be looked at too.
        guard position < limit, bytes[position] == .rightBracket else { return start }
        return position + 1 < bytes.count && bytes[position + 1] == .colon ? position : nil
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The offset after a list or quote marker at `position` (and one blank), or nil.
    func afterContainerMarker(_ position: Int) -> Int? {
        guard position < count else { return nil }
        switch self[position] {
        case .greater: return position + 1
        case .dash, .star, .plus:
            guard position + 1 < count, self[position + 1].isBlank else { return nil }
            return position + 2
        case .zero ... .nine:
            var end = position
            while end < count, self[end].isDigit, end - position < 9 { end += 1 }
            guard end + 1 < count, self[end] == .dot || self[end] == .rightParenthesis, self[end + 1].isBlank
            else { return nil }
            return end + 2
        default: return nil
        }
    }

    /// Where `.name.name` begins that ends right before the bracket at `bracket`, or nil.
    func classListStart(before bracket: Int, _ lineStart: Int) -> Int? {
        var position = bracket
        var start: Int?
        let limit = Swift.max(lineStart, bracket - 256)
        while position > limit {
            let end = position
            while position > limit, self[position - 1].isWord { position -= 1 }
            guard position < end, position > limit, self[position - 1] == .dot else { break }
            guard self[position].isLetter || self[position] == .underscore || self[position] == .dash else { break }
            position -= 1
            start = position
        }
        return start
    }

    /// Whether the backticks before `position` on its line are odd in number: a guess at "inside code".
    func isInCode(_ position: Int, lineStart: Int) -> Bool {
        var isOdd = false
        for index in Swift.max(lineStart, position - 1024)..<position where self[index] == .backtick { isOdd.toggle() }
        return isOdd
    }
}
