/// White space as Go's `unicode.IsSpace` sees it, on bytes: what BuildKit trims, no-break spaces included.
enum GoSpace {
    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// White space between words: `[\t\v\f\r ]`.
    static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || (0x0B...0x0D).contains(byte)
    }

    /// The length of the white space character at the front, 0 if there is none.
    static func leadingSpace(_ bytes: ArraySlice<UInt8>) -> Int {
        guard let first = bytes.first else { return 0 }
        if first < 0x80 { return isSpace(Unicode.Scalar(first)) ? 1 : 0 }
        for length in [2, 3] where bytes.count >= length {
            if let text = String(validating: bytes.prefix(length), as: UTF8.self),
                let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1, isSpace(scalar)
            {
                return length
            }
        }
        return 0
    }

    static func trimLeading(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes
        while case let length = leadingSpace(rest), length > 0 { rest = rest.dropFirst(length) }
        return rest
    }

    static func trimTrailing(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes
        while let last = rest.last {
            if last < 0x80 {
                guard isSpace(Unicode.Scalar(last)) else { return rest }
                rest = rest.dropLast()
            } else if rest.count >= 2, leadingSpace(rest.suffix(2)) == 2 {
                rest = rest.dropLast(2)
            } else if rest.count >= 3, leadingSpace(rest.suffix(3)) == 3 {
                rest = rest.dropLast(3)
            } else {
                return rest
            }
        }
        return rest
    }

    static func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> { trimTrailing(trimLeading(bytes)) }

    static func trim(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return String(decoding: trim(bytes[...]), as: UTF8.self)
    }
}

/// ASCII letters without regard to case, for names of instructions and flags.
enum ASCII {
    static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    static func equalFold(_ a: String, _ b: String) -> Bool {
        a.utf8.count == b.utf8.count && zip(a.utf8, b.utf8).allSatisfy { lowercased($0) == lowercased($1) }
    }
}

extension StringProtocol {
    /// Two texts are the same when their bytes are: Go compares so, and NFC and NFD names are two names.
    func sameBytes(_ other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }

    /// The text before and after the first separator, or nil when there is none.
    func cut(_ separator: UInt8) -> (before: String, after: String)? {
        guard let index = utf8.firstIndex(of: separator) else { return nil }
        return (String(self[..<index]), String(self[utf8.index(after: index)...]))
    }
}
