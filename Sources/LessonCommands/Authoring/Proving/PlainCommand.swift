/// A shell command that means the same without a shell: words and quotes, nothing that expands, pipes or redirects.
struct PlainCommand: Sendable, Hashable {
    /// The words, quotes removed; at least one.
    let words: [String]

    /// Nil when it takes a shell to know what the command does.
    init?(_ text: String) {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var rest = text[...]
        while let character = rest.popFirst() {
            switch (character, quote) {
            case ("'", "'"), ("\"", "\""): quote = nil
            case (_, "'"): word = (word ?? "") + String(character)
            case ("$", _), ("`", _): return nil
            case ("\\", "\""):
                guard let next = rest.popFirst() else { return nil }
                // In double quotes a backslash stands for itself before anything that needs none.
                if next != "\n" { word = (word ?? "") + ("\\\"$`".contains(next) ? "" : "\\") + String(next) }
            case ("\\", _):
                guard let next = rest.popFirst() else { return nil }
                if next != "\n" { word = (word ?? "") + String(next) }
            case (_, "\""): word = (word ?? "") + String(character)
            case ("'", _), ("\"", _):
                quote = character
                word = word ?? ""
            case (" ", _), ("\t", _):
                if let whole = word { words.append(whole) }
                word = nil
            // A comment ends the command; nothing else comes after it on its line.
            case ("#", _) where word == nil:
                guard rest.contains("\n") else {
                    rest = rest[rest.endIndex...]
                    continue
                }
                return nil
            case ("~", _) where word == nil: return nil
            case ("\n", _): return nil
            default:
                if "|&;<>(){}*?[!".contains(character) { return nil }
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { return nil }
        if let word { words.append(word) }
        guard let first = words.first, !first.contains("=") else { return nil }
        self.words = words
    }
}
