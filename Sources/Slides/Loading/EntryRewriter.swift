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
    private struct Bracket {
        /// The edit that it is, where it opens a class.
        var edit: Int?
        var line: Int
        var isFirstOnLine: Bool
    }

    private var edits: [Edit] = []
    private var brackets: [Bracket] = []
    /// Whether a class block has begun: comments after it are no properties.
    private var isPastFirstChunk = false
    private var paragraphBytes = 0
    /// Classes in `brackets`, and those among them that begin their line.
    private var openClasses = 0
    private var openBlocks = 0
    /// Where a line's text begins after the class brackets it starts with.
    private var lineBegin = -1

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
        for bracket in brackets {
            guard let edit = bracket.edit else { continue }
            edits[edit].kind = .open(-1, isBlock: false)
            findings.append(
                Diagnostic(
                    id: "unclosed-class", severity: .warning,
                    range: SourceRange(line: bracket.line, column: edits[edit].indent + 1),
                    message: "'\(bytes.string(edits[edit].range))' is not closed on its slide",
                    hint: "put a ']' on a line of its own where it ends"))
        }
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

    /// A line that is only `]` closes the class block around it, whatever brackets were left open in between.
    private mutating func closeLoneBracket(_ position: Int, _ range: Range<Int>, _ line: Int) {
        guard bytes.skipBlanks(from: position + 1, limit: range.upperBound) == range.upperBound else { return }
        guard openBlocks > 0, let last = brackets.last, last.edit == nil else { return }
        while let bracket = brackets.last, bracket.edit == nil || !bracket.isFirstOnLine {
            if let edit = bracket.edit {
                edits[edit].kind = .open(-1, isBlock: false)
                openClasses -= 1
            }
            brackets.removeLast()
        }
    }

    private mutating func limitNesting(_ first: Int, _ range: Range<Int>, _ line: Int) {
        var position = first
        var depth = (first - range.lowerBound) / 2
        while let next = bytes.afterContainerMarker(position), next <= range.upperBound {
            depth += 1
            if depth > limits.nesting {
                // A number's mark is its dot.
                var mark = position
                while bytes[mark].isDigit { mark += 1 }
                edits.append(Edit(range: mark..<mark, kind: .escape))
                report("nesting-too-deep", line, "lists and quotes nest deeper than \(limits.nesting)")
                return
            }
            let content = bytes.skipBlanks(from: next, limit: range.upperBound)
            depth += (content - next) / 2
            position = content
        }
    }

    private mutating func splitParagraph(_ range: Range<Int>, number: Int) {
        report("paragraph-too-long", number, "a paragraph is longer than \(limits.paragraphBytes) bytes")
        if paragraphBytes > range.count {
            edits.append(Edit(range: range.lowerBound..<range.lowerBound, kind: .split))
            paragraphBytes = range.count
        }
        var position = range.lowerBound + limits.paragraphBytes
        while position < range.upperBound {
            // Not inside a character, and where no list, quote or fence can begin.
            let reach = min(range.upperBound, position + 64)
            while position < reach, !bytes[position].isLetter { position += 1 }
            while position < range.upperBound, bytes[position] & 0xC0 == 0x80 { position += 1 }
            guard position < range.upperBound else { return }
            edits.append(Edit(range: position..<position, kind: .split))
            paragraphBytes = range.upperBound - position
            position += limits.paragraphBytes
        }
    }

    private mutating func report(_ id: String, _ line: Int, _ message: String) {
        guard diagnostics.last?.id != id else { return }
        diagnostics.append(
            Diagnostic(
                id: id, severity: .warning, range: SourceRange(line: line), message: message,
                hint: "what is past the bound is shown without its structure"))
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

    /// Removes the comment at `position`; the offset after it.
    private mutating func comment(at position: Int, number: Int) -> Int {
        let limit = text.slice.upperBound
        let end = bytes.find("-->", in: position + 2..<limit).map { $0 + 3 } ?? limit
        edits.append(Edit(range: position..<end, kind: .remove))
        noticeComment(position..<end, number)
        if let directive = DirectiveReader.read(bytes, comment: position..<end, line: number) {
            text.directives.append(EntryText.FoundDirective(directive: directive, isInNotes: false))
        } else if !isPastFirstChunk, let (property, after) = PropertyReader.comment(bytes, position..<limit),
            after == end, let property
        {
            text.properties.append(property)
        }
        return end
    }

    private mutating func noticeComment(_ range: Range<Int>, _ line: Int) {
        let text = bytes.trimmed(range.lowerBound + 4..<max(range.lowerBound + 4, range.upperBound - 3))
        if !bytes.starts(with: "-->", at: range.upperBound - 3, limit: range.upperBound) {
            findings.append(
                Diagnostic(
                    id: "unclosed-comment", severity: .warning, range: SourceRange(line: line),
                    message: "a comment is not closed on its slide and hides the rest of it",
                    hint: "close it with '-->'; a line '--', '---' or '???' inside it ends the slide"))
        }
        // Only a near miss of `lesson:` in front of a verb; other people's comments are their own.
        var end = text.lowerBound
        while end < text.upperBound, bytes[end].isWord, end - text.lowerBound < 16 { end += 1 }
        guard end > text.lowerBound, end < text.upperBound, bytes[end] == .colon else { return }
        let word = bytes.string(text.lowerBound..<end)
        guard word != DirectiveReader.namespace, Suggestion.nearest(to: word, among: [DirectiveReader.namespace]) != nil
        else { return }
        let verbStart = bytes.skipBlanks(from: end + 1, limit: text.upperBound)
        var verbEnd = verbStart
        while verbEnd < text.upperBound, bytes[verbEnd].isWord, verbEnd - verbStart < 32 { verbEnd += 1 }
        guard Directive.Kind(rawValue: bytes.string(verbStart..<verbEnd)) != nil else { return }
        findings.append(
            Diagnostic(
                id: "misspelt-namespace", severity: .warning, range: SourceRange(line: line),
                message: "'\(word):' in a comment is no directive", hint: "did you mean 'lesson:'?"))
    }

    // MARK: Class brackets

    private mutating func open(_ position: Int, _ range: Range<Int>, _ line: Int) {
        guard let start = bytes.classListStart(before: position, range.lowerBound),
            start == range.lowerBound || bytes[start - 1] != .backslash, openClasses < limits.nesting
        else {
            brackets.append(Bracket(edit: nil, line: line, isFirstOnLine: false))
            return
        }
        // The second of `.left[.right[` begins its line too.
        let first = bytes.skipBlanks(from: range.lowerBound, limit: range.upperBound)
        let isFirst = start == lineBegin || start == first
        if isFirst { lineBegin = position + 1 }
        let names = bytes[start + 1..<position].split(separator: .dot).map { String(decoding: $0, as: UTF8.self) }
        brackets.append(Bracket(edit: edits.count, line: line, isFirstOnLine: isFirst))
        openClasses += 1
        if isFirst { openBlocks += 1 }
        edits.append(
            Edit(
                range: start..<position + 1, kind: .open(firstClass + classes.count, isBlock: false),
                indent: first - range.lowerBound))
        classes.append(names)
    }

    private mutating func close(_ position: Int, _ range: Range<Int>, _ line: Int) {
        guard let bracket = brackets.popLast(), let edit = bracket.edit else { return }
        guard case .open(let index, _) = edits[edit].kind else { return }
        openClasses -= 1
        if bracket.isFirstOnLine { openBlocks -= 1 }
        var after = position + 1
        while after < range.upperBound, bytes[after] == .rightBracket || bytes[after].isBlank { after += 1 }
        let isBlock = bracket.isFirstOnLine && line > bracket.line && after == range.upperBound
        edits[edit].kind = .open(index, isBlock: isBlock)
        if line > bracket.line { isPastFirstChunk = true }
        edits.append(
            Edit(
                range: position..<position + 1, kind: .close(index, isBlock: isBlock), indent: edits[edit].indent))
    }
}
