/// The second pass: pairs the markers of fences, and so decides which lines that look like separators are.
///
/// remark pairs a marker with the next one that fits, anywhere in the deck, so one forgotten marker costs slides. Here a
/// fence ends on its own slide if it can. One that does not is looked at together with the next stretch of text that
/// has markers: when those only make sense if the fence is still open, it is, and the separator was part of the code.
struct FenceResolver {
    private(set) var entries: [Entry] = []
    private(set) var fences: [FenceSpan] = []
    /// Separators that are code of a fence, by line.
    private(set) var quotedSeparators: [Int] = []

    private let bytes: Bytes
    private let chunks: [Chunk]
    private let marks: [Mark]
    /// For each mark, the longest bare marker from it to the end of its chunk: backticks, tildes.
    private var longestBare: [(backtick: UInt16, tilde: UInt16)]

    /// Whether separators are what they are, and no fence may take one.
    private let isStrict: Bool

    init(_ bytes: Bytes, chunks: [Chunk], marks: [Mark], isStrict: Bool = false) {
        self.isStrict = isStrict
        self.bytes = bytes
        self.chunks = chunks
        self.marks = marks
        longestBare = Array(repeating: (0, 0), count: marks.count + 1)
        for index in marks.indices.reversed() {
            let mark = marks[index]
            var longest = longestBare[index + 1]
            if index + 1 < marks.count, marks[index + 1].chunk != mark.chunk { longest = (0, 0) }
            if mark.kind == .bareFence {
                if mark.character == .backtick {
                    longest.backtick = max(longest.backtick, mark.length)
                } else {
                    longest.tilde = max(longest.tilde, mark.length)
                }
            }
            longestBare[index] = longest
        }
        resolve()
    }

    private func marksEnd(_ chunk: Int) -> Int {
        chunk + 1 < chunks.count ? Int(chunks[chunk + 1].marks) : marks.count
    }

    private mutating func resolve() {
        entries.reserveCapacity(chunks.count)
        fences.reserveCapacity(marks.count / 2)
        var index = 0
        while index < chunks.count {
            index = resolveEntry(from: index) + 1
        }
    }

    /// Makes the entry that starts with chunk `first`; the last chunk it takes.
    private mutating func resolveEntry(from first: Int) -> Int {
        var last = first
        var mark = Int(chunks[first].marks)
        var notesMark: Mark?
        let firstFence = fences.count
        while true {
            if mark >= marksEnd(last) {
                // A class block that a later stretch closes goes on over the separators between.
                guard notesMark == nil, let end = classEnd(from: first, through: last, fences[firstFence...]) else {
                    break
                }
                quotedSeparators += (last + 1...end).map { Int(chunks[$0].line) - 1 }
                last = end
                if mark >= marksEnd(last) { break }
            }
            let found = marks[mark]
            switch found.kind {
            case .notes:
                if notesMark == nil { notesMark = found }
                mark += 1
            case .commentEnd: mark += 1
            case .commentStart:
                // What is inside a comment is no fence; a comment ends with its slide.
                mark += 1
                let end = marksEnd(last)
                var close = mark
                while close < end, marks[close].kind != .commentEnd { close += 1 }
                // Never closed: libcmark and browsers hide the rest of the slide; the notes are found all the same.
                if close == end {
                    while mark < end, marks[mark].kind != .notes { mark += 1 }
                } else {
                    mark = close + 1
                }
            case .bareFence, .openingFence:
                let (next, chunk) = resolveFence(mark, chunk: last)
                mark = next
                while last < chunk {
                    last += 1
                    quotedSeparators.append(Int(chunks[last].line) - 1)
                }
            }
        }
        let start = Int(chunks[first].start)
        // The line feed before a separator belongs to the separator; keeping it changes nothing.
        let end = Int(chunks[last].end)
        var traits = chunks[first].traits
        if last > first { for chunk in first + 1...last { traits.formUnion(chunks[chunk].traits) } }
        var content = start..<end
        var notes: Range<Int>?
        if let notesMark {
            content = start..<Int(notesMark.offset)
            notes = min(Int(notesMark.offset) + 4, end)..<end
        }
        entries.append(
            Entry(
                opener: chunks[first].opener, traits: traits, content: content, line: Int(chunks[first].line),
                endLine: Int(chunks[last].endLine) - 1, notes: notes, fences: firstFence..<fences.count))
        return last
    }

    /// The chunk that closes a class block which chunk `last` leaves open; nil when none does, or nothing is open. A
    /// bracket that was forgotten must not cost slides: the search is short, and ends where another block begins.
    private func classEnd(from first: Int, through last: Int, _ fences: ArraySlice<FenceSpan>) -> Int? {
        guard !isStrict, last + 1 < chunks.count, chunks[last].traits.contains(.classes), first == last else {
            return nil
        }
        // As many brackets are closed as opened, as on nearly every slide.
        var balance = 0
        for byte in bytes[Int(chunks[first].start)..<Int(chunks[last].end)] {
            balance += byte == .leftBracket ? 1 : byte == .rightBracket ? -1 : 0
        }
        guard balance > 0 else { return nil }
        var scan = BracketScan()
        _ = scan.scan(bytes, Int(chunks[first].start)..<Int(chunks[last].end), fences: fences)
        guard scan.openClasses > 0 else { return nil }
        for candidate in last + 1..<min(last + 5, chunks.count) {
            let range = Int(chunks[candidate].start)..<Int(chunks[candidate].end)
            if looksLikeSlide(chunks[candidate]), startsWithHeading(range) { return nil }
            if scan.scan(bytes, range, fences: [], stopsWhenClosed: true) { return candidate }
            if chunks[candidate].traits.contains(.classes) { return nil }
        }
        return nil
    }

    /// Whether the first line that is not blank is a heading: the stretch is a slide, whatever is open before it.
    private func startsWithHeading(_ range: Range<Int>) -> Bool {
        let start = bytes.trimmed(range).lowerBound
        return start < range.upperBound && bytes[start] == .hash
    }

    /// Finds the end of the fence that mark `index` opens; the first mark after it, and the chunk that is in.
    private mutating func resolveFence(_ index: Int, chunk: Int) -> (mark: Int, chunk: Int) {
        let opener = marks[index]
        let end = marksEnd(chunk)
        if let close = closer(of: index, before: end) {
            append(opener, closedBy: marks[close])
            return (close + 1, chunk)
        }
        // Four columns in, and alone: code by indentation that shows a marker.
        if opener.indent >= 4, !opener.isAfterListMarker { return (index + 1, chunk) }
        if !isStrict, let (close, closeChunk) = closerBeyond(opener, from: end) {
            append(opener, closedBy: marks[close])
            return (close + 1, closeChunk)
        }
        // Never closed: it ends with the slide, or where its notes start.
        var next = index + 1
        while next < end, marks[next].kind != .notes { next += 1 }
        let endOffset = next < end ? Int(marks[next].offset) : Int(chunks[chunk].end)
        append(opener, endingAt: endOffset)
        return (next, chunk)
    }

    /// The closer of the opener at `index` in its chunk: one as long as it, or longer; else the first that is shorter.
    private func closer(of index: Int, before end: Int) -> Int? {
        let opener = marks[index]
        guard index + 1 < end else { return nil }
        let longest = longestBare[index + 1]
        let reach = opener.character == .backtick ? longest.backtick : longest.tilde
        guard reach > 0 else { return nil }
        let wanted = reach >= opener.length ? opener.length : 3
        for candidate in index + 1..<end {
            let mark = marks[candidate]
            if mark.kind == .bareFence, mark.character == opener.character, mark.length >= wanted { return candidate }
        }
        return nil
    }

    /// The closer of a fence in a later chunk, when the separators between are better read as its code.
    private func closerBeyond(_ opener: Mark, from start: Int) -> (mark: Int, chunk: Int)? {
        var candidate = start
        while candidate < marks.count, !marks[candidate].isFence || marks[candidate].character != opener.character {
            // Notes are no code: the fence was forgotten.
            if marks[candidate].kind == .notes { return nil }
            candidate += 1
        }
        guard candidate < marks.count else { return nil }
        let mark = marks[candidate]
        guard mark.kind == .bareFence, mark.length >= opener.length else { return nil }
        let chunk = Int(mark.chunk)
        guard isBalanced(from: candidate, before: marksEnd(chunk)) else { return (candidate, chunk) }
        // Both readings work: with a blank line, a heading or a property after the separator it is a slide.
        let next = Int(opener.chunk) + 1
        return looksLikeSlide(chunks[next]) ? nil : (candidate, chunk)
    }

    /// Whether the markers from `start` on make whole fences.
    private func isBalanced(from start: Int, before end: Int) -> Bool {
        var index = start
        while index < end {
            guard marks[index].isFence else {
                index += 1
                continue
            }
            guard let close = closer(of: index, before: end) else { return false }
            // A marker with an info string inside a fence made of a bare marker: the bare one was a closer.
            if marks[index].kind == .bareFence {
                for inner in index + 1..<close where marks[inner].kind == .openingFence { return false }
            }
            index = close + 1
        }
        return true
    }

    private func looksLikeSlide(_ chunk: Chunk) -> Bool {
        let start = Int(chunk.start)
        let end = Int(chunk.end)
        guard start < end, bytes[start] != .lineFeed else { return true }
        if bytes[start] == .hash || bytes.starts(with: "<!--", at: start, limit: end) { return true }
        for key: StaticString in ["class:", "name:", "layout:", "template:", "count:", "exclude:"]
        where bytes.starts(with: key, at: start, limit: end) {
            return true
        }
        return false
    }

    private mutating func append(_ opener: Mark, closedBy closer: Mark) {
        var span = FenceSpan(
            open: Int(opener.offset), line: Int(opener.line), close: Int(closer.offset), closeLine: Int(closer.line),
            character: opener.character, length: Int(opener.length), indent: Int(opener.indent),
            isAfterListMarker: opener.isAfterListMarker)
        if closer.length < opener.length { span.problem = .shortCloser }
        span.isOutdented = isOutdented(span) || (span.indent > 0 && closer.indent < opener.indent && closer.indent < 2)
        fences.append(span)
    }

    private mutating func append(_ opener: Mark, endingAt end: Int) {
        var span = FenceSpan(
            open: Int(opener.offset), line: Int(opener.line), close: end, closeLine: nil,
            character: opener.character, length: Int(opener.length), indent: Int(opener.indent),
            isAfterListMarker: opener.isAfterListMarker, problem: .unclosed)
        span.isOutdented = isOutdented(span)
        fences.append(span)
    }

    /// Whether a line of code that is not blank starts left of the fence's marker.
    private func isOutdented(_ span: FenceSpan) -> Bool {
        guard span.indent > 0 else { return false }
        var offset = bytes.lineEnd(from: span.open, limit: span.close) + 1
        while offset < span.close {
            var columns = 0
            var position = offset
            while position < span.close, bytes[position].isBlank, columns < span.indent {
                columns += bytes[position] == .tab ? 4 - columns % 4 : 1
                position += 1
            }
            if columns < span.indent, position < span.close, bytes[position] != .lineFeed { return true }
            offset = bytes.lineEnd(from: position, limit: span.close) + 1
        }
        return false
    }
}
