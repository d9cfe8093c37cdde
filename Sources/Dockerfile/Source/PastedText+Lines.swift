extension PastedText {
    /// A word that begins with a dash that is no hyphen, as `–from=x` does, and what was meant: `--from=x`.
    package static func dashedWord(in line: some StringProtocol) -> (written: String, meant: String)? {
        for word in line.split(whereSeparator: \.isWhitespace) {
            let scalars = word.unicodeScalars
            guard let first = scalars.first, isDash(first) else { continue }
            let rest = scalars.drop { isDash($0) || $0 == "-" }
            guard let letter = rest.first, letter.properties.isAlphabetic else { continue }
            // One letter is a short option: `gcc –o`.
            let name = rest.prefix { $0.properties.isAlphabetic }
            let text = String(String.UnicodeScalarView(rest))
            return (String(word), (name.count == 1 ? "-" : "--") + text)
        }
        return nil
    }

    /// What to type instead, when a line that does not work holds a dash or a blank that is none.
    package static func hint(forFailedLine line: some StringProtocol) -> String? {
        if let word = dashedWord(in: line) {
            return "`\(word.written)` begins with a dash that a word processor made: type `\(word.meant)`"
        }
        guard let blank = line.unicodeScalars.lazy.compactMap(character).first(where: \.isBlank) else { return nil }
        return "there is \(blank.name) (\(blank.code)) in this line, which looks like a space or like nothing: "
            + blank.advice
    }

    /// Whether a text has quotes that word processors make.
    package static func hasCurlyQuotes(_ text: some StringProtocol) -> Bool {
        text.unicodeScalars.contains { ["'", "\""].contains(character($0)?.instead) }
    }

    private static func isDash(_ scalar: Unicode.Scalar) -> Bool {
        ["-", "--"].contains(character(scalar)?.instead)
    }
}
