/// The variables that an instruction sees, and a note of those it asked for in vain.
package struct ExpansionScope {
    package var expander: WordExpander
    /// The value of a variable, nil when it is not set.
    package var lookup: (String) -> String?
    /// Variables asked for that are not set, in order, each once.
    package private(set) var unset: [String] = []

    package init(expander: WordExpander, lookup: @escaping (String) -> String?) {
        self.expander = expander
        self.lookup = lookup
    }

    /// Expands to one word.
    package mutating func word(_ word: String) throws(WordError) -> String {
        let result = try expander.expand(word, lookup: lookup)
        note(result.unset)
        return result.text
    }

    /// Expands, then splits at white space (`EXPOSE`).
    package mutating func words(_ word: String) throws(WordError) -> [String] {
        let result = try expander.expand(word, lookup: lookup)
        note(result.unset)
        return result.words
    }

    /// Expands the content of a here-document.
    package mutating func heredoc(_ text: String) throws(WordError) -> String {
        let result = try WordExpander.heredoc.expand(text, lookup: lookup)
        note(result.unset)
        return result.text
    }

    private mutating func note(_ names: [String]) {
        for name in names where !unset.contains(name) { unset.append(name) }
    }
}
