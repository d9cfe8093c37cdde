/// A key that was pressed.
package enum Key: Hashable, Sendable {
    case character(Character)
    case enter, tab, backTab, escape, backspace, delete
    case up, down, left, right, pageUp, pageDown, home, end
    /// Ctrl and a letter, in lower case. Ctrl-C comes as one: the terminal makes no signal of it.
    case control(Character)
}

/// Reads keys out of the bytes that a terminal sends (ECMA-48, and what xterm and its kin send for keys).
package struct KeyDecoder: Sendable {
    private var pending: [UInt8] = []

    package init() {}

    /// Whether bytes wait for more of their sequence. A lone escape may be the key or the beginning of another.
    package var isWaiting: Bool { !pending.isEmpty }

    /// The keys in some more bytes.
    package mutating func decode(_ bytes: some Sequence<UInt8>) -> [Key] {
        pending += bytes
        var keys: [Key] = []
        while let (key, length) = next() {
            pending.removeFirst(length)
            if let key { keys.append(key) }
        }
        return keys
    }

    /// Nothing more came in time: what waits is what it looks like.
    package mutating func flush() -> [Key] {
        defer { pending = [] }
        return pending.first == 0x1B ? [.escape] : []
    }

    /// The first key and how many bytes it takes; a key of nil for what means nothing; nil when more has to come.
    private func next() -> (Key?, Int)? {
        guard let first = pending.first else { return nil }
        switch first {
        case 0x1B: return escaped()
        case 0x0D, 0x0A: return (.enter, 1)
        case 0x09: return (.tab, 1)
        case 0x7F, 0x08: return (.backspace, 1)
        case 0x00: return (nil, 1)
        case 0x01..<0x1B: return (.control(Character(UnicodeScalar(first + 0x60))), 1)
        case 0x1C..<0x20: return (nil, 1)
        default: return character()
        }
    }

    private func character() -> (Key?, Int)? {
        let first = pending[0]
        let length = first < 0xC0 || first >= 0xF8 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        // What cannot become a character is passed over at once, and does not hold up what follows.
        guard pending[1..<min(length, pending.count)].allSatisfy({ $0 & 0xC0 == 0x80 }) else { return (nil, 1) }
        guard pending.count >= length else { return nil }
        guard let text = String(validating: pending[..<length], as: UTF8.self), let character = text.first else {
            return (nil, 1)
        }
        return (.character(character), length)
    }

    private func escaped() -> (Key?, Int)? {
        guard pending.count > 1 else { return nil }
        // CSI and SS3; whatever else follows an escape was typed after it.
        guard pending[1] == UInt8(ascii: "[") || pending[1] == UInt8(ascii: "O") else { return (.escape, 1) }
        guard let end = pending.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
            return pending.count < 32 ? nil : (nil, pending.count)
        }
        let parameters = String(decoding: pending[2..<end], as: UTF8.self).split(separator: ";")
        return (Self.key(final: pending[end], parameters.first.flatMap { Int($0) }), end + 1)
    }

    private static func key(final: UInt8, _ parameter: Int?) -> Key? {
        switch final {
        case UInt8(ascii: "A"): return .up
        case UInt8(ascii: "B"): return .down
        case UInt8(ascii: "C"): return .right
        case UInt8(ascii: "D"): return .left
        case UInt8(ascii: "H"): return .home
        case UInt8(ascii: "F"): return .end
        case UInt8(ascii: "Z"): return .backTab
        case UInt8(ascii: "M"): return .enter
        case UInt8(ascii: "~"):
            switch parameter {
            case 1, 7: return .home
            case 4, 8: return .end
            case 3: return .delete
            case 5: return .pageUp
            case 6: return .pageDown
            default: return nil
            }
        default: return nil
        }
    }
}
