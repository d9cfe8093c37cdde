extension UInt8 {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let exclamationMark: UInt8 = 0x21
    static let quote: UInt8 = 0x22
    static let hash: UInt8 = 0x23
    static let dollar: UInt8 = 0x24
    static let apostrophe: UInt8 = 0x27
    static let leftParenthesis: UInt8 = 0x28
    static let rightParenthesis: UInt8 = 0x29
    static let star: UInt8 = 0x2A
    static let plus: UInt8 = 0x2B
    static let comma: UInt8 = 0x2C
    static let dash: UInt8 = 0x2D
    static let dot: UInt8 = 0x2E
    static let zero: UInt8 = 0x30
    static let nine: UInt8 = 0x39
    static let colon: UInt8 = 0x3A
    static let less: UInt8 = 0x3C
    static let greater: UInt8 = 0x3E
    static let questionMark: UInt8 = 0x3F
    static let leftBracket: UInt8 = 0x5B
    static let backslash: UInt8 = 0x5C
    static let rightBracket: UInt8 = 0x5D
    static let underscore: UInt8 = 0x5F
    static let backtick: UInt8 = 0x60
    static let leftBrace: UInt8 = 0x7B
    static let pipe: UInt8 = 0x7C
    static let rightBrace: UInt8 = 0x7D
    static let tilde: UInt8 = 0x7E

    var isBlank: Bool { self == .space || self == .tab }
    var isDigit: Bool { self >= .zero && self <= .nine }
    var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }
    /// `[-\w]`: what a property's key and a class name are made of.
    var isWord: Bool { isLetter || isDigit || self == .dash || self == .underscore }
}

typealias Bytes = UnsafeBufferPointer<UInt8>

extension UnsafeBufferPointer<UInt8> {
    /// The end of the line that `offset` is on: the offset of its line feed, or `limit`.
    func lineEnd(from offset: Int, limit: Int) -> Int {
        var position = offset
        while position < limit, self[position] != .lineFeed { position += 1 }
        return position
    }

    /// The first offset at or after `offset` that is no space or tab.
    func skipBlanks(from offset: Int, limit: Int) -> Int {
        var position = offset
        while position < limit, self[position].isBlank { position += 1 }
        return position
    }

    /// Whether `text` stands at `offset`.
    func starts(with text: StaticString, at offset: Int, limit: Int) -> Bool {
        let count = text.utf8CodeUnitCount
        guard offset >= 0, offset + count <= limit else { return false }
        for index in 0..<count where self[offset + index] != text.utf8Start[index] { return false }
        return true
    }

    /// The first offset in `range` at which `text` stands, or nil.
    func find(_ text: StaticString, in range: Range<Int>) -> Int? {
        let first = text.utf8Start[0]
        var position = range.lowerBound
        let last = range.upperBound - text.utf8CodeUnitCount
        while position <= last {
            if self[position] == first, starts(with: text, at: position, limit: range.upperBound) { return position }
            position += 1
        }
        return nil
    }

    func string(_ range: Range<Int>) -> String { String(decoding: self[range], as: UTF8.self) }

    /// The text in `range` without white space at its ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, self[start].isBlank || self[start] == .lineFeed { start += 1 }
        while end > start, self[end - 1].isBlank || self[end - 1] == .lineFeed { end -= 1 }
        return start..<end
    }

    /// The text in `range` without comments and white space at its ends.
    func withoutComments(_ range: Range<Int>) -> String {
        var text: [UInt8] = []
        var position = range.lowerBound
        while let start = find("<!--", in: position..<range.upperBound) {
            text += self[position..<start]
            position = find("-->", in: start + 2..<range.upperBound).map { $0 + 3 } ?? range.upperBound
        }
        text += self[position..<range.upperBound]
        return text.withUnsafeBufferPointer { $0.string($0.trimmed(0..<$0.count)) }
    }

    /// The offsets at which lines start.
    func lineStarts() -> [Int32] {
        var starts: [Int32] = [0]
        for index in 0..<count where self[index] == .lineFeed { starts.append(Int32(index + 1)) }
        return starts
    }

    /// The 1-based column, in Unicode scalars, of `offset` on the line that starts at `lineStart`.
    func column(of offset: Int, lineStart: Int) -> Int {
        var column = 1
        for index in lineStart..<Swift.max(lineStart, offset) where self[index] & 0xC0 != 0x80 { column += 1 }
        return column
    }
}

extension [UInt8] {
    mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
