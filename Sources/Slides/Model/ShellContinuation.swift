/// Tells whether a shell would ask for another line.
struct ShellContinuation {
    private var quote: UInt8?
    private var endsInBackslash = false
    private var endsInOperator = false
    private var depth = 0
    private var hereDocuments: [String] = []

    /// Whether the command goes on.
    var isOpen: Bool {
        quote != nil || endsInBackslash || endsInOperator || depth > 0 || !hereDocuments.isEmpty
    }

    /// Whether the next line belongs to a here-document.
    var isInHereDocument: Bool { !hereDocuments.isEmpty }

    mutating func feed(_ line: String) {
        if let delimiter = hereDocuments.first {
            if line.drop(while: { $0 == "\t" }) == delimiter { hereDocuments.removeFirst() }
            return
        }
        let bytes = Array(line.utf8)
        endsInBackslash = false
        endsInOperator = false
        var word: [UInt8] = []
        // Only the first word of a command can be a keyword.
        var isCommandStart = quote == nil
        var lastOperator: UInt8?
        func isKeywordPlace() -> Bool { isCommandStart }
        var index = 0
        func finishWord(_ state: inout ShellContinuation) {
            guard !word.isEmpty else { return }
            if isCommandStart {
                isCommandStart = state.keyword(String(decoding: word, as: UTF8.self))
            }
            word = []
        }
        while index < bytes.count {
            let byte = bytes[index]
            if let open = quote {
                if byte == .backslash, open == .quote { index += 1 } else if byte == open { quote = nil }
                index += 1
                continue
            }
            switch byte {
            case .backslash:
                if index + 1 == bytes.count { endsInBackslash = true }
                word.append(byte)
                index += 1
            case .quote, .apostrophe:
                quote = byte
                word.append(byte)
            case .space, .tab: finishWord(&self)
            case .hash where word.isEmpty:
                index = bytes.count
            case .less where hereDocument(bytes, &index): break
            case 0x3B, .pipe, 0x26:
                finishWord(&self)
                isCommandStart = true
                lastOperator = byte
                index += 1
                // `;`, `&` and `;;` end a command, `|` and `&&` ask for more.
                if byte != .pipe, !(byte == 0x26 && index < bytes.count && bytes[index] == 0x26) { lastOperator = nil }
                while index < bytes.count, bytes[index] == byte { index += 1 }
                continue
            default: word.append(byte)
            }
            if !byte.isBlank, byte != .hash { lastOperator = nil }
            index += 1
        }
        finishWord(&self)
        endsInOperator = lastOperator != nil && quote == nil
    }

    /// Counts what opens and closes; whether another keyword may follow at once.
    private mutating func keyword(_ word: String) -> Bool {
        switch word {
        case "for", "while", "until", "if", "case", "select", "{", "(":
            depth += 1
            return word != "for" && word != "case" && word != "select"
        case "done", "fi", "esac", "}", ")":
            depth = max(0, depth - 1)
            return false
        case "do", "then", "else", "elif", "!", "time": return true
        default: return false
        }
    }

    /// Reads `<<WORD` or `<<-'WORD'` at `index`; moves to its last byte.
    private mutating func hereDocument(_ bytes: [UInt8], _ index: inout Int) -> Bool {
        var position = index + 1
        guard position < bytes.count, bytes[position] == .less else { return false }
        position += 1
        // `<<<` is a here-string.
        if position < bytes.count, bytes[position] == .less {
            index = position
            return true
        }
        if position < bytes.count, bytes[position] == .dash { position += 1 }
        while position < bytes.count, bytes[position].isBlank { position += 1 }
        var delimiter: [UInt8] = []
        while position < bytes.count, !bytes[position].isBlank,
            ![0x3B, .pipe, .greater, 0x26].contains(bytes[position])
        {
            if ![UInt8.quote, .apostrophe, .backslash].contains(bytes[position]) { delimiter.append(bytes[position]) }
            position += 1
        }
        guard !delimiter.isEmpty else { return false }
        hereDocuments.append(String(decoding: delimiter, as: UTF8.self))
        index = position - 1
        return true
    }
}
