/// Reads the properties a slide starts with, as remark's parser does (`parser.js`, `extractProperties`): any line
/// `word:`, also `Note: ...` and `https://...`, as long as nothing else came before it.
struct PropertyReader {
    /// Takes the properties off the start of `content`; where the rest starts, and on which line.
    /// - Parameter comment: is given each comment at the start that is a property, so that it can be a directive too.
    static func read(
        _ bytes: Bytes, content: Range<Int>, line: Int, into properties: inout [Property],
        directive: (Range<Int>, Int) -> Void
    ) -> (offset: Int, line: Int) {
        var offset = content.lowerBound
        var currentLine = line
        while true {
            var position = offset
            var positionLine = currentLine
            while position < content.upperBound, bytes[position] == .lineFeed {
                position += 1
                positionLine += 1
            }
            guard position < content.upperBound else { break }
            if let (property, end) = property(bytes, position..<content.upperBound) {
                properties.append(property)
                offset = end
                currentLine = positionLine
            } else if let comment = comment(bytes, position..<content.upperBound) {
                directive(position..<comment.end, positionLine)
                if let property = comment.property { properties.append(property) }
                offset = comment.end
                currentLine = positionLine + bytes[position..<comment.end].count(of: .lineFeed)
            } else {
                break
            }
        }
        return (offset, currentLine)
    }

    /// `key: value` at the start of `range`; the value ends at a `$` or at the end of the line.
    private static func property(_ bytes: Bytes, _ range: Range<Int>) -> (Property, Int)? {
        var position = range.lowerBound
        while position < range.upperBound, bytes[position].isWord { position += 1 }
        guard position > range.lowerBound, position < range.upperBound, bytes[position] == .colon else { return nil }
        let key = range.lowerBound..<position
        let valueStart = position + 1
        position = valueStart
        while position < range.upperBound, bytes[position] != .lineFeed, bytes[position] != .dollar { position += 1 }
        let value = bytes.trimmed(valueStart..<position)
        return (Property(key: bytes.string(key), value: bytes.string(value)), position)
    }

    /// `<!-- key: value -->` at the start of `range`. `lesson:` is no property.
    static func comment(_ bytes: Bytes, _ range: Range<Int>) -> (property: Property?, end: Int)? {
        guard bytes.starts(with: "<!--", at: range.lowerBound, limit: range.upperBound) else { return nil }
        var position = range.lowerBound + 4
        func skipSpace() {
            while position < range.upperBound, bytes[position].isBlank || bytes[position] == .lineFeed { position += 1 }
        }
        skipSpace()
        let keyStart = position
        while position < range.upperBound, bytes[position].isWord { position += 1 }
        guard position > keyStart, position < range.upperBound, bytes[position] == .colon else { return nil }
        let key = keyStart..<position
        let valueStart = position + 1
        position = valueStart
        while position < range.upperBound, bytes[position] != .lineFeed, bytes[position] != .dollar {
            if bytes.starts(with: "-->", at: position, limit: range.upperBound) { break }
            position += 1
        }
        let valueEnd = position
        skipSpace()
        guard bytes.starts(with: "-->", at: position, limit: range.upperBound) else { return nil }
        let name = bytes.string(key)
        let value = bytes.string(bytes.trimmed(valueStart..<valueEnd))
        return (name == DirectiveReader.namespace ? nil : Property(key: name, value: value), position + 3)
    }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
    func count(of byte: UInt8) -> Int {
        var total = 0
        for candidate in self where candidate == byte { total += 1 }
        return total
    }
}
