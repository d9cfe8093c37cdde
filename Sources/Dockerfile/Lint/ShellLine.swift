/// A line of shell that one program could be started by without a shell.
enum ShellLine {
    /// Words of the shell itself: no program has these names, or not one that does the same.
    private static let shellWords: Set<String> = [
        "!", ".", ":", "[[", "alias", "bg", "break", "builtin", "case", "cd", "command", "continue", "declare", "do",
        "done",
        "elif", "else", "esac", "eval", "exit", "export", "fg", "fi", "for", "function", "hash", "if", "jobs", "let",
        "local",
        "popd", "pushd", "read", "readonly", "return", "select", "set", "shift", "shopt", "source", "then", "time",
        "times",
        "trap", "type", "typeset", "ulimit", "umask", "unalias", "unset", "until", "wait", "while",
    ]

    /// The words that a shell would start a program with, `exec` in front left out; nil when it needs the shell: for
    /// variables, pipes, several commands, patterns, or a word that only a shell knows.
    static func words(_ text: String) -> [String]? {
        guard var words = split(text) else { return nil }
        while words.first == "exec" {
            words.removeFirst()
            // `exec -a NAME`.
            if words.first?.hasPrefix("-") == true { return nil }
        }
        guard let first = words.first, !first.isEmpty, !shellWords.contains(first),
            !first.utf8.contains(UInt8(ascii: "="))
        else { return nil }
        return words
    }

    /// As a JSON array.
    static func list(_ words: [String]) -> String {
        let quoted = words.map { word in
            "\"" + word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        return "[" + quoted.joined(separator: ", ") + "]"
    }

    /// Words at blanks, quotes taken off where nothing in them is for the shell.
    private static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word: [UInt8]?
        var quote: UInt8?
        for byte in text.utf8 {
            if let open = quote {
                if byte == open {
                    quote = nil
                } else if byte < 0x20 || open == UInt8(ascii: "\"") && "$`\\".utf8.contains(byte) {
                    return nil
                } else {
                    word = (word ?? []) + [byte]
                }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
                word = word ?? []
            } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
                if let word { words.append(String(decoding: word, as: UTF8.self)) }
                word = nil
            } else if byte < 0x20 || "$&|;<>`*?\\()[]{}~#!".utf8.contains(byte) {
                return nil
            } else {
                word = (word ?? []) + [byte]
            }
        }
        guard quote == nil else { return nil }
        if let word { words.append(String(decoding: word, as: UTF8.self)) }
        return words
    }
}
