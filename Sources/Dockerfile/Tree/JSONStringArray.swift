/// A JSON array of strings, as far as Go's `encoding/json` takes it for one.
enum JSONStringArray {
    enum Outcome {
        /// The strings, each with the bytes it was written in.
        case strings([(text: [UInt8], slice: ArraySlice<UInt8>)])
        /// Well-formed JSON, but not all elements are strings: an error in BuildKit.
        case notOnlyStrings
        /// No JSON: shell form.
        case none
    }

    static func parse(_ text: ArraySlice<UInt8>) -> Outcome {
        let rest = GoSpace.trimLeading(text)
        guard rest.first == UInt8(ascii: "[") else { return .none }
        var scanner = Scanner(rest: rest)
        return scanner.array()
    }

    private struct Scanner {
        var rest: ArraySlice<UInt8>

        mutating func skipSpace() {
            while let byte = rest.first, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
                rest = rest.dropFirst()
            }
        }

        mutating func take(_ byte: Unicode.Scalar) -> Bool {
            guard let first = rest.first, first == UInt8(ascii: byte) else { return false }
            rest = rest.dropFirst()
            return true
        }

        mutating func array() -> Outcome {
            var strings: [(text: [UInt8], slice: ArraySlice<UInt8>)] = []
            var others = false
            guard take("[") else { return .none }
            skipSpace()
            if !take("]") {
                while true {
                    skipSpace()
                    let start = rest
                    if rest.first == UInt8(ascii: "\"") {
                        guard let text = string() else { return .none }
                        strings.append((text, start[start.startIndex..<rest.startIndex]))
                    } else {
                        guard value() else { return .none }
                        others = true
                    }
                    skipSpace()
                    if take(",") { continue }
                    guard take("]") else { return .none }
                    break
                }
            }
            skipSpace()
            guard rest.isEmpty else { return .none }
            return others ? .notOnlyStrings : .strings(strings)
        }

        /// Any value, nesting kept in a list: hostile depth must not reach the stack.
        mutating func value() -> Bool {
            var open: [UInt8] = []
            while true {
                skipSpace()
                var complete = true
                guard let first = rest.first else { return false }
                switch first {
                case UInt8(ascii: "\""):
                    guard string() != nil else { return false }
                case UInt8(ascii: "["), UInt8(ascii: "{"):
                    // Go refuses more than 10,000 levels.
                    guard open.count < 10_000 else { return false }
                    rest = rest.dropFirst()
                    skipSpace()
                    if take(first == UInt8(ascii: "[") ? "]" : "}") { break }
                    open.append(first)
                    if first == UInt8(ascii: "{") {
                        guard key() else { return false }
                    }
                    complete = false
                default:
                    guard literal() || number() else { return false }
                }
                guard complete else { continue }
                // Close what this value ends.
                closing: while true {
                    guard let kind = open.last else { return true }
                    skipSpace()
                    if take(",") {
                        if kind == UInt8(ascii: "{") {
                            skipSpace()
                            guard key() else { return false }
                        }
                        break closing
                    }
                    guard take(kind == UInt8(ascii: "[") ? "]" : "}") else { return false }
                    open.removeLast()
                }
            }
        }

        mutating func key() -> Bool {
            guard string() != nil else { return false }
            skipSpace()
            return take(":")
        }

        mutating func literal() -> Bool {
            for word in ["true", "false", "null"] where rest.starts(with: word.utf8) {
                rest = rest.dropFirst(word.utf8.count)
                return true
            }
            return false
        }

        mutating func digits() -> Bool {
            let before = rest.startIndex
            while let byte = rest.first, (0x30...0x39).contains(byte) { rest = rest.dropFirst() }
            return rest.startIndex > before
        }

        mutating func number() -> Bool {
            _ = take("-")
            if take("0") {
            } else {
                guard digits() else { return false }
            }
            if take(".") { guard digits() else { return false } }
            if take("e") || take("E") {
                if !take("+") { _ = take("-") }
                guard digits() else { return false }
            }
            return true
        }

        mutating func hex4() -> UInt32? {
            guard rest.count >= 4 else { return nil }
            var value: UInt32 = 0
            for byte in rest.prefix(4) {
                guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
                value = value << 4 | UInt32(digit)
            }
            rest = rest.dropFirst(4)
            return value
        }

        mutating func string() -> [UInt8]? {
            guard take("\"") else { return nil }
            var out: [UInt8] = []
            while let byte = rest.first {
                rest = rest.dropFirst()
                switch byte {
                case UInt8(ascii: "\""): return out
                case 0x00..<0x20: return nil
                case UInt8(ascii: "\\"):
                    guard let escaped = rest.first else { return nil }
                    rest = rest.dropFirst()
                    switch Unicode.Scalar(escaped) {
                    case "\"", "\\", "/": out.append(escaped)
                    case "b": out.append(0x08)
                    case "f": out.append(0x0C)
                    case "n": out.append(0x0A)
                    case "r": out.append(0x0D)
                    case "t": out.append(0x09)
                    case "u":
                        guard var value = hex4() else { return nil }
                        if (0xD800..<0xDC00).contains(value), rest.starts(with: [0x5C, 0x75]) {
                            let saved = rest
                            rest = rest.dropFirst(2)
                            guard let low = hex4() else { return nil }
                            if (0xDC00..<0xE000).contains(low) {
                                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
                            } else {
                                rest = saved
                            }
                        }
                        out.append(contentsOf: String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
                    default: return nil
                    }
                default: out.append(byte)
                }
            }
            return nil
        }
    }
}
