/// Reads `lesson:VERB key=value ...` from the text of a comment.
///
/// On one line, pairs come first and text after them. Over several lines, `key: value` and `key=value` are pairs, and
/// other lines are text. A value may stand in quotes, in which a backslash escapes.
struct DirectiveReader {
    static let namespace = "lesson"

    /// The directive in the comment at `range` (with its `<!--` and `-->`), or nil when it is any other comment.
    /// - Parameter line: the line the comment starts on.
    static func read(_ bytes: Bytes, comment range: Range<Int>, line: Int) -> Directive? {
        var start = range.lowerBound + 4
        var end = range.upperBound
        if bytes.starts(with: "-->", at: end - 3, limit: end), end - 3 >= start { end -= 3 }
        var currentLine = line
        while start < end, bytes[start].isBlank || bytes[start] == .lineFeed {
            if bytes[start] == .lineFeed { currentLine += 1 }
            start += 1
        }
        guard bytes.starts(with: "lesson:", at: start, limit: end) else { return nil }
        var lineStart = start
        while lineStart > 0, bytes[lineStart - 1] != .lineFeed, start - lineStart < 4096 { lineStart -= 1 }
        let column = bytes.column(of: start, lineStart: lineStart)
        var position = bytes.skipBlanks(from: start + 7, limit: end)
        let verbStart = position
        while position < end, !bytes[position].isBlank, bytes[position] != .lineFeed { position += 1 }
        var directive = Directive(
            verb: bytes.string(verbStart..<position), line: currentLine, column: column)
        directive.orderedArguments = arguments(bytes, position..<end)
        return directive
    }

    private static func arguments(_ bytes: Bytes, _ range: Range<Int>) -> [Property] {
        var found: [Property] = []
        var text: [String] = []
        var offset = range.lowerBound
        var isFirstLine = true
        while offset < range.upperBound {
            let end = bytes.lineEnd(from: offset, limit: range.upperBound)
            if !isFirstLine, let pair = colonPair(bytes, bytes.trimmed(offset..<end)) {
                found.append(pair)
            } else {
                let rest = pairs(bytes, offset..<end, into: &found)
                if !rest.isEmpty { text.append(bytes.string(rest)) }
            }
            isFirstLine = false
            offset = end + 1
        }
        if !text.isEmpty { found.append(Property(key: "text", value: text.joined(separator: "\n"))) }
        return found
    }

    /// Reads `key=value` pairs from the start of a line; the rest of the line.
    private static func pairs(_ bytes: Bytes, _ range: Range<Int>, into found: inout [Property]) -> Range<Int> {
        var position = range.lowerBound
        while true {
            position = bytes.skipBlanks(from: position, limit: range.upperBound)
            var end = position
            while end < range.upperBound, bytes[end].isWord || bytes[end] == .dot { end += 1 }
            guard end > position, end < range.upperBound, bytes[end] == 0x3D else { break }
            let key = bytes.string(position..<end)
            let (value, next) = value(bytes, end + 1..<range.upperBound)
            found.append(Property(key: key, value: value))
            position = next
        }
        return bytes.trimmed(position..<range.upperBound)
    }

    private static func value(_ bytes: Bytes, _ range: Range<Int>) -> (String, Int) {
        var position = range.lowerBound
        guard position < range.upperBound else { return ("", position) }
        let mark = bytes[position]
        guard mark == .quote || mark == .apostrophe else {
            while position < range.upperBound, !bytes[position].isBlank { position += 1 }
            return (bytes.string(range.lowerBound..<position), position)
        }
        position += 1
        var value: [UInt8] = []
        while position < range.upperBound, bytes[position] != mark {
            if bytes[position] == .backslash, position + 1 < range.upperBound,
                bytes[position + 1] == mark || bytes[position + 1] == .backslash
            {
                position += 1
            }
            value.append(bytes[position])
            position += 1
        }
        return (String(decoding: value, as: UTF8.self), min(position + 1, range.upperBound))
    }

    /// `key: value`, the whole line.
    private static func colonPair(_ bytes: Bytes, _ range: Range<Int>) -> Property? {
        var end = range.lowerBound
        while end < range.upperBound, bytes[end].isWord || bytes[end] == .dot { end += 1 }
        guard end > range.lowerBound, end < range.upperBound, bytes[end] == .colon else { return nil }
        guard end + 1 == range.upperBound || bytes[end + 1].isBlank else { return nil }
        let rest = bytes.trimmed(end + 1..<range.upperBound)
        guard let first = rest.first, bytes[first] == .quote || bytes[first] == .apostrophe else {
            return Property(key: bytes.string(range.lowerBound..<end), value: bytes.string(rest))
        }
        return Property(key: bytes.string(range.lowerBound..<end), value: value(bytes, rest).0)
    }
}
