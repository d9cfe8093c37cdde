import Diagnostics

/// Rewrites an entry's text into what libcmark understands, line by line, remembering each line's source.
///
/// Two walks over the text outside fences. The first notes what is to be edited: comments go, definitions go,
/// `.class[` and its bracket become marks. The second writes the text with these edits, and mends fences on the way.
struct EntryRewriter {
    let bytes: Bytes
    let limits: DeckOptions.Limits
    let fences: ArraySlice<FenceSpan>
    let text: EntryText
    var firstClass = 0
    /// Whether a fragment follows.
    var isContinued = false
    var classes: [[String]] = []
    var definitions: [LinkDefinition] = []
    var diagnostics: [Diagnostic] = []
    /// What the lint has to say about the way things are written.
    var findings: [Diagnostic] = []

    struct Edit {
        enum Kind {
            /// Leaves the bytes out, keeps line feeds.
            case remove
            case open(Int, isBlock: Bool)
            case close(Int, isBlock: Bool)
            /// A backslash before the byte.
            case escape
            /// A blank line before the byte: the paragraph is too long.
            case split
        }
        var range: Range<Int>
        var kind: Kind
        /// The columns a block mark is indented by.
        var indent = 0
    }

    /// A bracket that waits for the one that closes it.
    struct Bracket {
        /// The edit that it is, where it opens a class.
        var edit: Int?
        var line: Int
        var isFirstOnLine: Bool
    }

    var edits: [Edit] = []
    var brackets: [Bracket] = []
    /// Whether a class block has begun: comments after it are no properties.
    var isPastFirstChunk = false
    var paragraphBytes = 0
    /// Classes in `brackets`, and those among them that begin their line.
    var openClasses = 0
    var openBlocks = 0
    /// Where a line's text begins after the class brackets it starts with.
    var lineBegin = -1

    init(bytes: Bytes, limits: DeckOptions.Limits, fences: ArraySlice<FenceSpan>, text: EntryText) {
        self.bytes = bytes
        self.limits = limits
        self.fences = fences
        self.text = text
    }

    mutating func rewrite() {
        collect()
        edits = edits.filter { edit in
            // A class bracket that nothing closes is text.
            if case .open(let index, _) = edit.kind { return index >= 0 }
            return true
        }
        edits.sort { $0.range.lowerBound < $1.range.lowerBound }
        var writer = EntryWriter(bytes: bytes, fences: fences, edits: edits, isContinued: isContinued)
        writer.write(text.slice, firstLine: text.firstLine)
        text.rewritten = writer.output
        text.lineMap = writer.lineMap
        text.hasClasses = !classes.isEmpty
        text.slice = text.slice.upperBound..<text.slice.upperBound
    }

    // MARK: What to edit

    private mutating func collect() {
        var offset = text.slice.lowerBound
        let end = text.slice.upperBound
        var line = text.firstLine
        var fence = fences.startIndex
        while offset < end {
            while fence < fences.endIndex, fences[fence].open < offset { fence += 1 }
            if fence < fences.endIndex, fences[fence].open == offset {
                let span = fences[fence]
                line += bytes[offset..<min(span.close, end)].count(of: .lineFeed)
                offset = min(span.close, end)
                if span.closeLine != nil, offset < end {
                    offset = bytes.lineEnd(from: offset, limit: end) + 1
                    line += 1
                }
                fence += 1
                paragraphBytes = 0
                continue
            }
            let lineEnd = bytes.lineEnd(from: offset, limit: end)
            let next = scanLine(offset..<lineEnd, number: line)
            // A comment over several lines takes the scan further than its first line.
            if next > lineEnd + 1 {
                line += bytes[offset..<min(next, end)].count(of: .lineFeed)
                offset = next
                // The rest of the line that the comment ends on.
                if offset <= end, offset > text.slice.lowerBound, bytes[offset - 1] != .lineFeed {
                    let rest = bytes.lineEnd(from: offset, limit: end)
                    let after = scanInside(offset..<rest, number: line, from: offset)
                    line += bytes[offset..<min(after, end)].count(of: .lineFeed)
                    offset = after
                }
                continue
            }
            offset = lineEnd + 1
            line += 1
        }
        dropUnclosed()
    }

    /// Notes the edits of a line; where to go on, past its end when a comment goes on there.
    private mutating func scanLine(_ range: Range<Int>, number: Int) -> Int {
        let first = bytes.skipBlanks(from: range.lowerBound, limit: range.upperBound)
        guard first < range.upperBound else {
            paragraphBytes = 0
            return range.upperBound + 1
        }
        paragraphBytes += range.count
        if paragraphBytes > limits.paragraphBytes { splitParagraph(range, number: number) }
        switch bytes[first] {
        case .leftBracket:
            if let definition = DefinitionTable.parse(bytes, line: range, number: number) {
                definitions.append(definition)
                edits.append(Edit(range: range, kind: .remove))
                return range.upperBound + 1
            }
            escapeDefinition(at: first)
        case .rightBracket: closeLoneBracket(first, range, number)
        case .dash, .star, .plus, .greater, .zero ... .nine: limitNesting(first, range, number)
        default: break
        }
        return scanInside(range, number: number, from: first)
    }

    /// What libcmark would take for a definition and the table does not hold, such as one over several lines, stays text.
    private mutating func escapeDefinition(at bracket: Int) {
        var position = bracket + 1
        let limit = min(text.slice.upperBound, bracket + 1002)
        while position < limit, bytes[position] != .rightBracket {
            if bytes[position] == .leftBracket { return }
            position += bytes[position] == .backslash ? 2 : 1
        }
        guard position + 1 < limit, bytes[position] == .rightBracket, bytes[position + 1] == .colon else { return }
        edits.append(Edit(range: bracket..<bracket, kind: .escape))
    }

    /// Looks for comments, class brackets and code in a line; where to go on.
    private mutating func scanInside(_ range: Range<Int>, number: Int, from start: Int) -> Int {
        var position = start
        while position < range.upperBound {
            switch bytes[position] {
            case .backtick: position = bytes.afterCodeSpan(position, limit: range.upperBound)
            case .backslash: position += 2
            case .less where bytes.starts(with: "<!--", at: position, limit: range.upperBound):
                let end = comment(at: position, number: number)
                if end > range.upperBound { return end }
                position = end
            case .leftBracket:
                open(position, range, number)
                position += 1
            case .rightBracket:
                close(position, range, number)
                position += 1
            default: position += 1
            }
        }
        return range.upperBound + 1
    }
}
