extension Heredoc {
    /// The here-documents that a line opens, in order; their content follows the line.
    static func all(in line: String) throws(WordError) -> [Heredoc] {
        var expander = WordExpander()
        expander.keepsQuotes = true
        expander.keepsEscapes = true
        expander.keepsUnset = true
        expander.limit = max(expander.limit, 4 * line.utf8.count)
        // A line that is no shell word has no here-documents; the shell will complain about it.
        guard let words = try? expander.expand(line, lookup: { _ in nil }).words else { return [] }
        var out: [Heredoc] = []
        for word in words {
            if let heredoc = try parse(word) { out.append(heredoc) }
        }
        return out
    }

    /// Reads `3<<-"EOF"`; nil when the word is something else.
    static func parse(_ word: String) throws(WordError) -> Heredoc? {
        var rest = word.utf8[...]
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        rest = rest.dropFirst(digits.count)
        guard rest.starts(with: "<<".utf8) else { return nil }
        rest = rest.dropFirst(2)
        let chomps = rest.first == UInt8(ascii: "-")
        if chomps { rest = rest.dropFirst() }
        guard !rest.isEmpty, !rest.contains(UInt8(ascii: "<")) else { return nil }
        let name = String(decoding: rest, as: UTF8.self)
        var expander = WordExpander()
        expander.keepsUnset = true
        let plain = try expander.expand(name, lookup: { _ in nil }).words
        guard plain.count == 1 else { return nil }
        expander.keepsQuotes = true
        let quoted = try expander.expand(name, lookup: { _ in nil }).words
        guard quoted.count == 1 else { return nil }
        func quotes(_ text: String) -> Int { text.utf8.count { $0 == 0x22 || $0 == 0x27 } }
        return Heredoc(
            name: plain[0], descriptor: UInt(String(decoding: digits, as: UTF8.self)) ?? 0,
            expands: quotes(plain[0]) == quotes(quoted[0]), chomps: chomps)
    }
}
