extension JSON {
    /// How deep arrays and objects may nest; deeper input is refused, so that no text can exhaust the stack.
    package static let depthLimit = 128

    /// Parses one JSON document. Invalid UTF-8 and lone surrogates become U+FFFD, as Go reads them; of a key that
    /// stands twice the last counts.
    package init(parsing bytes: some Collection<UInt8>) throws(JSONError) {
        var parser = Parser(bytes: Array(bytes))
        self = try parser.document()
    }

    package init(parsing text: String) throws(JSONError) { try self.init(parsing: text.utf8) }

    private struct Parser {
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func document() throws(JSONError) -> JSON {
            skipSpace()
            let value = try value(depth: 0)
            skipSpace()
            guard position == bytes.count else { throw error("unexpected text after the document") }
            return value
        }

        func error(_ message: String) -> JSONError { JSONError(message: message, offset: position) }

        var current: UInt8? { position < bytes.count ? bytes[position] : nil }

        mutating func skipSpace() {
            while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
        }

        mutating func value(depth: Int) throws(JSONError) -> JSON {
            guard depth < JSON.depthLimit else { throw error("nested more than \(JSON.depthLimit) levels deep") }
            switch current {
            case UInt8(ascii: "{"): return try object(depth: depth)
            case UInt8(ascii: "["): return try array(depth: depth)
            case UInt8(ascii: "\""): return .string(try string())
            case UInt8(ascii: "t"): return try word("true", .bool(true))
            case UInt8(ascii: "f"): return try word("false", .bool(false))
            case UInt8(ascii: "n"): return try word("null", .null)
            case nil: throw error("unexpected end of text")
            default: return try number()
            }
        }

        mutating func word(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
            for index in 0..<text.utf8CodeUnitCount {
                guard current == text.utf8Start[index] else { throw error("unexpected character") }
                position += 1
            }
            return value
        }

        mutating func number() throws(JSONError) -> JSON {
            let start = position
            if current == UInt8(ascii: "-") { position += 1 }
            guard let first = current, isDigit(first) else { throw error("unexpected character") }
            position += 1
            if first != UInt8(ascii: "0") { digits() }
            if current == UInt8(ascii: ".") {
                position += 1
                guard digits() > 0 else { throw error("no digit after the decimal point") }
            }
            if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
                position += 1
                if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
                guard digits() > 0 else { throw error("no digit in the exponent") }
            }
            return .number(String(decoding: bytes[start..<position], as: UTF8.self))
        }

        @discardableResult
        mutating func digits() -> Int {
            let start = position
            while let byte = current, isDigit(byte) { position += 1 }
            return position - start
        }

        func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

        mutating func array(depth: Int) throws(JSONError) -> JSON {
            position += 1
            var items: [JSON] = []
            skipSpace()
            if current == UInt8(ascii: "]") {
                position += 1
                return .array(items)
            }
            while true {
                skipSpace()
                items.append(try value(depth: depth + 1))
                skipSpace()
                switch current {
                case UInt8(ascii: ","): position += 1
                case UInt8(ascii: "]"):
                    position += 1
                    return .array(items)
                default: throw error("expected , or ]")
                }
            }
        }

        mutating func object(depth: Int) throws(JSONError) -> JSON {
            position += 1
            var members: [String: JSON] = [:]
            skipSpace()
            if current == UInt8(ascii: "}") {
                position += 1
                return .object(members)
            }
            while true {
                skipSpace()
                guard current == UInt8(ascii: "\"") else { throw error("expected a key") }
                let key = try string()
                skipSpace()
                guard current == UInt8(ascii: ":") else { throw error("expected :") }
                position += 1
                skipSpace()
                members[key] = try value(depth: depth + 1)
                skipSpace()
                switch current {
                case UInt8(ascii: ","): position += 1
                case UInt8(ascii: "}"):
                    position += 1
                    return .object(members)
                default: throw error("expected , or }")
                }
            }
        }

        mutating func string() throws(JSONError) -> String {
            position += 1
            var text: [UInt8] = []
            while let byte = current {
                position += 1
                switch byte {
                case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
                case UInt8(ascii: "\\"): try escape(into: &text)
                case 0..<0x20: throw error("control character in a string")
                default: text.append(byte)
                }
            }
            throw error("string without an end")
        }

        mutating func escape(into text: inout [UInt8]) throws(JSONError) {
            guard let byte = current else { throw error("string without an end") }
            position += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"):
                let first = try hex4()
                var scalar = Unicode.Scalar(UInt32(first))
                if first >= 0xD800, first < 0xDC00, current == UInt8(ascii: "\\"),
                    position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "u")
                {
                    let mark = position
                    position += 2
                    let second = try hex4()
                    if second >= 0xDC00, second < 0xE000 {
                        scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
                    } else {
                        position = mark
                    }
                }
                text.append(contentsOf: UTF8.encode(scalar ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter)
            default: throw error("unknown escape")
            }
        }

        mutating func hex4() throws(JSONError) -> UInt16 {
            var value: UInt16 = 0
            for _ in 0..<4 {
                guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                    throw error("expected four hexadecimal digits")
                }
                value = value << 4 | UInt16(digit)
                position += 1
            }
            return value
        }
    }
}
