/// Text from outside (a learner, a build, a deck) made safe to show.
///
/// The one place where escaping happens. Escape sequences, other control characters, bidirectional overrides
/// (CVE-2021-42574), line separators and invisible characters are made visible instead of being sent to a terminal or
/// a report; invalid UTF-8 becomes `\xNN`.
public struct SafeText: Hashable, Sendable, CustomStringConvertible {
    /// What may be shown as it is.
    public let description: String

    /// Makes text safe for one line of a terminal or a log: line feeds and tabs are made visible too.
    public init(line text: String) {
        description = Self.escape(text.unicodeScalars, keepingLines: false)
    }

    /// Makes text of several lines safe: line feeds and tabs stay, everything else that controls is made visible.
    public init(block text: String) {
        description = Self.escape(text.unicodeScalars, keepingLines: true)
    }

    /// Makes raw bytes safe; what is no UTF-8 becomes `\xNN`.
    public init(bytes: some Sequence<UInt8>, keepingLines: Bool = false) {
        let all = Array(bytes)
        if let whole = String(validating: all, as: UTF8.self) {
            description = Self.escape(whole.unicodeScalars, keepingLines: keepingLines)
            return
        }
        // Piece by piece, so that each invalid byte can be named.
        var out = ""
        var good = String.UnicodeScalarView()
        var index = 0
        while index < all.count {
            let length = Self.scalarLength(all, at: index)
            if length > 0, let text = String(validating: all[index..<index + length], as: UTF8.self) {
                good.append(contentsOf: text.unicodeScalars)
                index += length
            } else {
                out += Self.escape(good, keepingLines: keepingLines)
                good = String.UnicodeScalarView()
                out += "\\x" + Self.hex(UInt32(all[index]), digits: 2)
                index += 1
            }
        }
        out += Self.escape(good, keepingLines: keepingLines)
        description = out
    }

    /// The text for HTML content and quoted attribute values.
    public var html: String {
        var out = ""
        for scalar in description.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// The text as one CSV field (RFC 4180), which no spreadsheet takes for a formula (CWE-1236).
    public var csv: String {
        var text = description
        if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) { text = "'" + text }
        guard text.unicodeScalars.contains(where: { ",\"\r\n;".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    private static func scalarLength(_ bytes: [UInt8], at index: Int) -> Int {
        let length =
            switch bytes[index] {
            case 0x00...0x7F: 1
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 0
            }
        return index + length <= bytes.count ? length : 0
    }

    private static func escape(_ scalars: some Sequence<Unicode.Scalar>, keepingLines: Bool) -> String {
        var out = String.UnicodeScalarView()
        for scalar in scalars {
            switch scalar.value {
            case 0x0A where keepingLines, 0x09 where keepingLines:
                out.append(scalar)
            case 0x0A: out.append(contentsOf: "\\n".unicodeScalars)
            case 0x09: out.append(contentsOf: "\\t".unicodeScalars)
            case 0x0D: out.append(contentsOf: "\\r".unicodeScalars)
            case 0x1B: out.append(contentsOf: "\\e".unicodeScalars)
            case 0x00...0x1F, 0x7F...0x9F:
                out.append(contentsOf: ("\\x" + hex(scalar.value, digits: 2)).unicodeScalars)
            case 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0x061C, 0x180E, 0x00AD,
                0xE0000...0xE007F, 0xFFF9...0xFFFB:
                out.append(contentsOf: ("\\u{" + hex(scalar.value, digits: 4) + "}").unicodeScalars)
            default: out.append(scalar)
            }
        }
        return String(out)
    }

    private static func hex(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
