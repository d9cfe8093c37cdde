/// What a list of words was meant to be that is almost JSON.
enum RepairedJSON {
    /// The list as JSON; nil when nothing simple makes it so.
    static func array(from text: String) -> String? {
        guard text.hasPrefix("["), text.utf8.count < 4096 else { return nil }
        var whole = GoSpace.trim(text)
        for quote in ["\u{201C}", "\u{201D}", "\u{201E}", "\u{2018}", "\u{2019}", "'", "`"] {
            whole = whole.replacing(quote, with: "\"")
        }
        var inside = whole.dropFirst()
        if inside.hasSuffix("]") { inside.removeLast() }
        // A bracket inside of a word, or a word with quotes of its own: too much to guess.
        guard !inside.contains("["), !inside.contains("]"), !inside.contains("\\") else { return nil }
        let parts = inside.split(separator: ",").map { GoSpace.trim(String($0)) }.filter { !$0.isEmpty }
        var words: [String] = []
        for part in parts {
            let pieces = part.split(separator: "\"", omittingEmptySubsequences: false)
            switch pieces.count {
            // Without quotes, or with one at one end only.
            case 1: words += part.split(separator: " ").map(String.init)
            case 2 where pieces[0].isEmpty || pieces[1].isEmpty:
                words.append(pieces[0].isEmpty ? String(pieces[1]) : String(pieces[0]))
            // Words in quotes with no comma between them: what stands between quotes.
            case _ where pieces.count % 2 == 1:
                let between = stride(from: 0, to: pieces.count, by: 2).map { GoSpace.trim(String(pieces[$0])) }
                guard between.allSatisfy(\.isEmpty) else { return nil }
                words += stride(from: 1, to: pieces.count, by: 2).map { String(pieces[$0]) }
            default: return nil
            }
        }
        return words.isEmpty ? nil : "[" + words.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
    }
}
