/// Characters that look like those a Dockerfile needs and are others: word processors and web pages put them in.
package enum Typography {
    private static let dashes: Set<Unicode.Scalar> = [
        "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2212}",
    ]
    private static let blanks: Set<Unicode.Scalar> = [
        "\u{A0}", "\u{2007}", "\u{202F}", "\u{3000}", "\u{200B}", "\u{2009}", "\u{2002}", "\u{2003}",
    ]
    private static let quotes: Set<Unicode.Scalar> = [
        "\u{201C}", "\u{201D}", "\u{201E}", "\u{2018}", "\u{2019}", "\u{201A}", "\u{AB}", "\u{BB}",
    ]

    /// A word that begins with a dash that is no hyphen, as `–from=x` does, and what was meant: `--from=x`.
    package static func dashedWord(in line: some StringProtocol) -> (written: String, meant: String)? {
        for word in line.split(whereSeparator: \.isWhitespace) {
            let scalars = word.unicodeScalars
            guard let first = scalars.first, dashes.contains(first) else { continue }
            let rest = scalars.drop { dashes.contains($0) || $0 == "-" }
            guard let letter = rest.first, letter.properties.isAlphabetic else { continue }
            // One letter is a short option: `gcc –o`.
            let name = rest.prefix { $0.properties.isAlphabetic }
            let text = String(String.UnicodeScalarView(rest))
            return (String(word), (name.count == 1 ? "-" : "--") + text)
        }
        return nil
    }

    /// What to type instead, when a line that does not work holds such a character.
    package static func hint(for line: some StringProtocol) -> String? {
        if let word = dashedWord(in: line) {
            return "`\(word.written)` begins with a dash that a word processor made: type `\(word.meant)`"
        }
        if line.unicodeScalars.contains(where: blanks.contains) {
            return
                "there is a no-break space in this line, which looks like a space and is none: type an ordinary space"
        }
        return nil
    }

    /// Whether a text has quotes that a list cannot have: curly or single ones in place of straight double ones.
    package static func hasCurlyQuotes(_ text: some StringProtocol) -> Bool {
        text.unicodeScalars.contains(where: quotes.contains)
    }
}
