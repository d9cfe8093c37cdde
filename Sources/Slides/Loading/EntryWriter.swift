/// Writes an entry's text with its edits made and its fences mended.
struct EntryWriter {
    let bytes: Bytes
    let fences: ArraySlice<FenceSpan>
    let edits: [EntryRewriter.Edit]
    /// Whether a fragment follows.
    let isContinued: Bool
    private(set) var output: [UInt8] = []
    private(set) var lineMap: [Int32] = []

    private var edit = 0
    private var line: Int32 = 0
    /// Where the line being written starts in the output.
    private var lineStart = 0

    init(bytes: Bytes, fences: ArraySlice<FenceSpan>, edits: [EntryRewriter.Edit], isContinued: Bool) {
        self.bytes = bytes
        self.fences = fences
        self.edits = edits
        self.isContinued = isContinued
    }

    mutating func write(_ range: Range<Int>, firstLine: Int) {
        output.reserveCapacity(range.count + 256)
        line = Int32(firstLine)
        lineMap.append(line)
        var offset = range.lowerBound
        for fence in fences where fence.open >= offset {
            offset = writeText(offset..<min(fence.open, range.upperBound))
            // A comment that was removed may have taken the fence with it.
            if offset <= fence.open { offset = writeFence(fence, limit: range.upperBound) }
        }
        if offset < range.upperBound { _ = writeText(offset..<range.upperBound) }
    }

    private mutating func newLine(inSource: Bool) {
        output.append(.lineFeed)
        if inSource { line += 1 }
        lineMap.append(line)
        lineStart = output.count
    }

    /// Writes text with its edits; the offset after the last byte that was dealt with.
    private mutating func writeText(_ range: Range<Int>) -> Int {
        var position = range.lowerBound
        while position < range.upperBound {
            while edit < edits.count, edits[edit].range.lowerBound < position { edit += 1 }
            if edit < edits.count, edits[edit].range.lowerBound == position {
                let current = edits[edit]
                edit += 1
                position = write(current, before: range.upperBound)
                continue
            }
            if bytes[position] == .lineFeed {
                newLine(inSource: true)
                position += 1
                continue
            }
            let stop = edit < edits.count ? min(range.upperBound, edits[edit].range.lowerBound) : range.upperBound
            let end = bytes.lineEnd(from: position, limit: stop)
            output.append(contentsOf: bytes[position..<end])
            position = end
        }
        return position
    }

    /// Makes an edit; the offset to go on from.
    private mutating func write(_ edit: EntryRewriter.Edit, before limit: Int) -> Int {
        switch edit.kind {
        case .remove:
            for position in edit.range where bytes[position] == .lineFeed { newLine(inSource: true) }
            // A line of which only blanks are left is a blank line.
            if output[lineStart...].allSatisfy(\.isBlank) { output.removeSubrange(lineStart...) }
        case .open(let index, let isBlock), .close(let index, let isBlock):
            let isOpening = if case .open = edit.kind { true } else { false }
            guard isBlock else {
                ClassMark.appendInline(isOpening, index: index, to: &output)
                break
            }
            if output[lineStart...].allSatisfy(\.isBlank) {
                output.removeSubrange(lineStart...)
            } else {
                newLine(inSource: false)
            }
            output.append(contentsOf: repeatElement(.space, count: edit.indent))
            ClassMark.appendBlock(isOpening, index: index, to: &output)
            let rest = bytes.skipBlanks(from: edit.range.upperBound, limit: limit)
            guard rest < limit, bytes[rest] != .lineFeed else { return rest }
            newLine(inSource: false)
            output.append(contentsOf: repeatElement(.space, count: edit.indent))
            return rest
        case .escape: output.append(.backslash)
        case .split:
            newLine(inSource: false)
            newLine(inSource: false)
            // A line feed as a character reference begins a paragraph with nothing that has a meaning.
            let next = edit.range.upperBound
            if next < limit, !bytes[next].isLetter, bytes[next] < 0x80 { output.append("&#10;") }
        }
        return edit.range.upperBound
    }

    /// Writes a fence so that CommonMark sees the same one; the offset after it.
    private mutating func writeFence(_ fence: FenceSpan, limit: Int) -> Int {
        let close = min(fence.close, limit)
        // The opener, as it is.
        var offset = fence.open
        let openEnd = min(bytes.lineEnd(from: offset, limit: close), close)
        output.append(contentsOf: bytes[offset..<openEnd])
        newLine(inSource: true)
        offset = min(openEnd + 1, close)
        let column = fence.indent
        while offset < close {
            let end = bytes.lineEnd(from: offset, limit: close)
            let first = bytes.skipBlanks(from: offset, limit: end)
            if first < end, fence.isOutdented, first - offset < column, !bytes[offset..<first].contains(.tab) {
                output.append(contentsOf: repeatElement(.space, count: column - (first - offset)))
            }
            output.append(contentsOf: bytes[offset..<end])
            newLine(inSource: true)
            offset = end + 1
        }
        // Nothing comes after a fence that the slide's end closes, unless a fragment does.
        guard fence.closeLine != nil || isContinued else { return close }
        output.append(contentsOf: repeatElement(.space, count: column))
        output.append(contentsOf: repeatElement(fence.character, count: fence.length))
        newLine(inSource: fence.closeLine != nil)
        guard fence.closeLine != nil else { return close }
        return min(bytes.lineEnd(from: close, limit: limit) + 1, limit)
    }
}
