/// A rough reading of a shell command: simple commands as lists of words, enough to recognise `apt-get install`.
package enum ShellScan {
    /// The simple commands of a text, in order; quotes are removed, expansions stay.
    package static func commands(_ text: String) -> [[String]] {
        var out: [[String]] = []
        var words: [String] = []
        var word: [UInt8] = []
        var hasWord = false
        var quote: UInt8?
        var isEscaped = false
        func isOperator(_ byte: UInt8) -> Bool { "&|;()\n{}".utf8.contains(byte) }
        func endWord() {
            if hasWord { words.append(String(decoding: word, as: UTF8.self)) }
            word = []
            hasWord = false
        }
        for byte in text.utf8 {
            if isEscaped {
                isEscaped = false
                if byte != UInt8(ascii: "\n") {
                    word.append(byte)
                    hasWord = true
                }
            } else if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "'") {
                isEscaped = true
            } else if let open = quote {
                if byte == open { quote = nil } else { word.append(byte) }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
                hasWord = true
            } else if isOperator(byte) {
                endWord()
                if !words.isEmpty { out.append(words) }
                words = []
            } else if byte < 0x80, GoSpace.isSpace(Unicode.Scalar(byte)) {
                endWord()
            } else {
                word.append(byte)
                hasWord = true
            }
        }
        endWord()
        if !words.isEmpty { out.append(words) }
        return out.map(withoutPrefix).filter { !$0.isEmpty }
    }

    /// Without assignments and words like `sudo` and `then` in front.
    private static func withoutPrefix(_ words: [String]) -> [String] {
        Array(
            words.drop { word in
                ["sudo", "env", "exec", "time", "then", "do", "else", "if", "while", "!", "-E"].contains(word)
                    || (word.utf8.contains(UInt8(ascii: "=")) && !word.hasPrefix("-") && !word.hasPrefix("="))
            })
    }
}
