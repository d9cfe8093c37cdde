/// Characters that come with the clipboard, from slides and word processors, and look like others.
package enum PastedText {
    /// What a character is called, and what to type in its place.
    struct Character {
        var name: String
        /// Nil: nothing, it is to be deleted.
        var instead: String?
        var code: String

        /// What to do about it.
        var advice: String { instead.map { "type \($0) in its place" } ?? "delete it" }

        /// Whether it is taken for a space, or not seen at all.
        var isBlank: Bool { instead == nil || instead == ordinarySpace }
    }

    private static let ordinarySpace = "an ordinary space"

    private static let table: [UInt32: (name: String, instead: String?)] = [
        0x2018: ("a curly quote", "'"), 0x2019: ("a curly quote", "'"), 0x201C: ("a curly quote", "\""),
        0x201D: ("a curly quote", "\""), 0x201A: ("a low quote", "'"), 0x201E: ("a low quote", "\""),
        0x00AB: ("a guillemet", "\""),
        0x00BB: ("a guillemet", "\""), 0x2010: ("a hyphen that is no -", "-"), 0x2011: ("a hyphen that is no -", "-"),
        0x2012: ("a dash", "-"), 0x2013: ("an en dash", "-"), 0x2014: ("an em dash", "--"),
        0x2212: ("a minus sign", "-"), 0x00A0: ("a no-break space", ordinarySpace),
        0x2002: ("an en space", ordinarySpace), 0x2003: ("an em space", ordinarySpace),
        0x2009: ("a thin space", ordinarySpace), 0x2007: ("a figure space", ordinarySpace),
        0x202F: ("a narrow no-break space", ordinarySpace),
        0x3000: ("a wide space", ordinarySpace), 0x200B: ("an invisible space", nil),
        0x200C: ("an invisible character", nil), 0x200D: ("an invisible character", nil),
        0x2060: ("an invisible character", nil), 0xFEFF: ("a byte order mark inside of the text", nil),
        0x2026: ("an ellipsis", "..."), 0xFF0F: ("a wide slash", "/"), 0xFF1D: ("a wide =", "="),
        0xFF1A: ("a wide :", ":"),
    ]

    static func character(_ scalar: Unicode.Scalar) -> Character? {
        guard scalar.value >= 0x80, let (name, instead) = table[scalar.value] else { return nil }
        return Character(name: name, instead: instead, code: code(scalar))
    }

    /// `U+201C`
    package static func code(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// What to do about the first such character of an instruction; nil when there is none.
    ///
    /// A here-document may hold what it likes: only the first line is looked at.
    package static func hint(in text: String) -> String? {
        let line = text.prefix(65_536).prefix { $0 != "\n" }
        for scalar in line.unicodeScalars {
            guard let found = character(scalar) else { continue }
            return
                "there is \(found.name) (\(found.code)) in it, as slides and word processors make them: \(found.advice)"
        }
        return nil
    }
}
