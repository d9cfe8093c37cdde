/// Why a word cannot be expanded.
package struct WordError: Error, Hashable, Sendable {
    /// The word.
    package var word: String
    /// What is wrong with it.
    package var reason: String

    /// BuildKit's sentence.
    package var message: String { "failed to process \(GoQuote.quote(word)): \(reason)" }
}

/// What became of a word.
package struct ExpandedWord: Hashable, Sendable {
    /// Quotes removed, variables replaced.
    package var text = ""
    /// `text` split at white space that is not quoted.
    package var words: [String] = []
    /// Variables that were asked for and are set, sorted.
    package var used: [String] = []
    /// Variables that were asked for and are not set, sorted: what `UndefinedVar` is about.
    package var unset: [String] = []
}

/// Replaces `$x`, `${x...}`, quotes and escapes in a word, as BuildKit's `shell.Lex` does.
package struct WordExpander: Hashable, Sendable {
    /// `\` or `` ` ``.
    package var escape: UInt8
    /// Keeps quotes in the result.
    package var keepsQuotes = false
    /// Keeps escape characters in the result.
    package var keepsEscapes = false
    /// Quotes are ordinary characters (here-documents).
    package var ignoresQuotes = false
    /// Leaves `$x` as it is when `x` is not set.
    package var keepsUnset = false
    /// How many bytes variables may add; more is an error (`ENV a=$a$a`, repeated, doubles each time). Linux starts no
    /// process with a longer variable.
    package var limit = 128 << 10

    package init(escape: UInt8 = UInt8(ascii: "\\")) { self.escape = escape }

    /// The expander for the content of here-documents: `\` escapes, quotes do not matter.
    package static var heredoc: WordExpander {
        var expander = WordExpander()
        expander.ignoresQuotes = true
        expander.limit = 16 << 20
        return expander
    }

    /// Expands one word.
    /// - Parameter lookup: the value of a variable, nil when it is not set.
    package func expand(_ word: String, lookup: (String) -> String?) throws(WordError) -> ExpandedWord {
        // Most words have nothing in them to expand.
        guard word.utf8.contains(where: { $0 == 0x24 || $0 == 0x22 || $0 == 0x27 || $0 == 0x3C || $0 == escape }) else {
            return ExpandedWord(text: word, words: Self.split(word))
        }
        return try withoutActuallyEscaping(lookup) { (escaping) throws(WordError) in
            var lexer = WordLexer(word, options: self, lookup: escaping)
            do throws(WordLexer.Failure) {
                let output = try lexer.run()
                return ExpandedWord(
                    text: output.text.string, words: output.words, used: lexer.used.sorted(),
                    unset: lexer.unset.sorted())
            } catch {
                throw WordError(word: word, reason: error.reason)
            }
        }
    }

    private static func split(_ word: String) -> [String] {
        word.unicodeScalars.split(whereSeparator: GoSpace.isSpace).map(String.init)
    }
}
