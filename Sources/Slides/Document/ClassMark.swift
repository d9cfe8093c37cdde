/// How a class block or span passes through libcmark, which knows neither.
///
/// Over several lines: an HTML comment on a line of its own, which ends a paragraph and belongs to the container its
/// indentation says. Inside a line: text around a control character. Control characters 0 to 2 cannot be in the source,
/// where the loader replaces them, so nothing an author writes is mistaken for a mark. The comma stands where the bracket
/// stood, so that `**` beside it means what it meant.
struct ClassMark {
    static let opening: UInt8 = 0x01
    static let closing: UInt8 = 0x02

    var isOpening: Bool
    /// The index in the builder's list of classes.
    var index: Int
    /// The bytes of an inline mark.
    var length: Int

    /// Reads the literal of an HTML block.
    init?(block literal: UnsafePointer<CChar>) {
        var position = 0
        while UInt8(bitPattern: literal[position]).isBlank { position += 1 }
        for expected in [UInt8.less, .exclamationMark, .dash, .dash] {
            guard UInt8(bitPattern: literal[position]) == expected else { return nil }
            position += 1
        }
        guard let mark = ClassMark(control: literal + position) else { return nil }
        self = mark
    }

    /// Reads a mark in text, at its first byte: `\u{1}12,` or `,\u{2}12;`.
    init?(inline literal: UnsafePointer<CChar>) {
        guard let mark = ClassMark(control: literal) else { return nil }
        self = mark
    }

    private init?(control literal: UnsafePointer<CChar>) {
        let control = UInt8(bitPattern: literal[0])
        guard control == Self.opening || control == Self.closing else { return nil }
        isOpening = control == Self.opening
        index = 0
        length = 1
        while UInt8(bitPattern: literal[length]).isDigit, length < 9 {
            index = index * 10 + Int(UInt8(bitPattern: literal[length]) - .zero)
            length += 1
        }
        guard length > 1, literal[length] == CChar(bitPattern: .comma) || literal[length] == CChar(bitPattern: .dash)
        else { return nil }
        length += 1
    }

    static func appendBlock(_ isOpening: Bool, index: Int, to bytes: inout [UInt8]) {
        bytes.append("<!--")
        bytes.append(isOpening ? opening : closing)
        bytes.append(contentsOf: String(index).utf8)
        bytes.append("-->")
    }

    static func appendInline(_ isOpening: Bool, index: Int, to bytes: inout [UInt8]) {
        bytes.append(isOpening ? opening : closing)
        bytes.append(contentsOf: String(index).utf8)
        bytes.append(.comma)
    }
}

extension LinkDefinition {
    /// The first byte of a destination that is an index in the deck's definitions. Destinations pass through libcmark as
    /// indices, or a long one used often would be copied as often.
    static let mark: UInt8 = 0x01
}

/// The number that `text` starts with, at most nine digits.
func decimal(_ text: UnsafePointer<CChar>) -> Int {
    var value = 0
    var position = 0
    while UInt8(bitPattern: text[position]).isDigit, position < 9 {
        value = value * 10 + Int(UInt8(bitPattern: text[position]) - .zero)
        position += 1
    }
    return value
}

/// Whether inline HTML is `<br>`, `<br/>` or `<br />`.
func isLineBreak(_ literal: UnsafePointer<CChar>) -> Bool {
    guard literal[0] == CChar(bitPattern: .less), UInt8(bitPattern: literal[1]) | 0x20 == 0x62,
        UInt8(bitPattern: literal[2]) | 0x20 == 0x72
    else { return false }
    var position = 3
    while UInt8(bitPattern: literal[position]) == .space { position += 1 }
    if literal[position] == 0x2F { position += 1 }
    return literal[position] == CChar(bitPattern: .greater) && literal[position + 1] == 0
}
