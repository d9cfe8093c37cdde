/// remark's lexer, as far as it decides where slides end (`src/remark/lexer.js`): the same alternatives in the same order
/// from left to right, so with the same accidents. A lone backtick pairs with one on another slide and swallows the
/// separators between; so does a fence that is never closed.
///
/// The regular expressions look ahead without end; here what they look for is listed once, and the time stays linear.
struct RemarkLexer {
    /// The offsets of the lines that separate.
    private(set) var separators: Set<Int> = []
    /// The offsets of the lines `???` that start notes.
    private(set) var notes: Set<Int> = []

    private let bytes: Bytes
    /// For each opening bracket, in order, its offset and that of the bracket that closes it, or -1.
    private var brackets: [(open: Int, close: Int)] = []
    private var nextBracket = 0
    /// Runs of three or more backticks or tildes at the end of a line, and the longest from each to the last.
    private var closers: [(end: Int, length: Int, character: UInt8)] = []
    private var longest: [(backtick: Int, tilde: Int)] = []
    private var nextCloser = 0

    init(_ bytes: Bytes) {
        self.bytes = bytes
        matchBrackets()
        listClosers()
        lex()
    }

    private mutating func matchBrackets() {
        var stack: [Int] = []
        for offset in 0..<bytes.count {
            if bytes[offset] == .leftBracket {
                stack.append(brackets.count)
                brackets.append((offset, -1))
            } else if bytes[offset] == .rightBracket, let open = stack.popLast() {
                brackets[open].close = offset
            }
        }
    }

    private mutating func listClosers() {
        var offset = 0
        while offset < bytes.count {
            let character = bytes[offset]
            guard character == .backtick || character == .tilde else {
                offset += 1
                continue
            }
            let start = offset
            while offset < bytes.count, bytes[offset] == character { offset += 1 }
            var end = offset
            while end < bytes.count, bytes[end] == .space { end += 1 }
            if offset - start >= 3, end == bytes.count || bytes[end] == .lineFeed {
                closers.append((offset, offset - start, character))
            }
        }
        longest = Array(repeating: (0, 0), count: closers.count + 1)
        for index in closers.indices.reversed() {
            longest[index] = longest[index + 1]
            if closers[index].character == .backtick {
                longest[index].backtick = max(longest[index].backtick, closers[index].length)
            } else {
                longest[index].tilde = max(longest[index].tilde, closers[index].length)
            }
        }
    }

    private mutating func lex() {
        var cursor = 0
        var position = 0
        while position < bytes.count {
            // `^` is where the last token ended; elsewhere a line starts after a line feed.
            var line: Int?
            if position == cursor { line = token(atLine: position) }
            if line == nil {
                switch bytes[position] {
                case .lineFeed: line = token(atLine: position + 1)
                case .backtick: line = inlineCode(position)
                case .dot, .backslash: line = content(position)
                case .exclamationMark: line = macro(position)
                default: break
                }
            }
            if let end = line {
                cursor = max(end, position + 1)
                position = cursor
            } else {
                position += 1
            }
        }
    }

    /// The end of the token whose line starts at `start`: code, fence, definition or separator.
    private mutating func token(atLine start: Int) -> Int? {
        guard start < bytes.count else { return nil }
        if bytes.starts(with: "    ", at: start, limit: bytes.count), let end = indentedCode(start) { return end }
        // In a regular expression inline code comes first, but it starts with a backtick and not with a line.
        let first = bytes.skip(.space, from: start)
        guard first < bytes.count else { return nil }
        switch bytes[first] {
        case .backtick, .tilde:
            return fence(first)
        case .leftBracket: return definition(first)
        case .dash, .less: return first == start ? separator(start) : nil
        case .questionMark:
            guard first == start, bytes.starts(with: "???", at: start, limit: bytes.count) else { return nil }
            guard let end = lineBreak(start + 3) else { return nil }
            notes.insert(start)
            return end
        default: return nil
        }
    }

    private func lineBreak(_ offset: Int) -> Int? {
        if offset == bytes.count { return offset }
        return bytes[offset] == .lineFeed ? offset + 1 : nil
    }

    private mutating func separator(_ start: Int) -> Int? {
        var end: Int
        if bytes[start] == .dash {
            guard bytes.starts(with: "--", at: start, limit: bytes.count) else { return nil }
            end = start + 2
            if end < bytes.count, bytes[end] == .dash { end += 1 }
        } else {
            guard bytes.starts(with: "<!--", at: start, limit: bytes.count) else { return nil }
            end = bytes.skipBlanks(from: start + 4, limit: bytes.count)
            guard bytes.starts(with: "break", at: end, limit: bytes.count) else { return nil }
            end = bytes.skipBlanks(from: end + 5, limit: bytes.count)
            guard bytes.starts(with: "-->", at: end, limit: bytes.count) else { return nil }
            end += 3
        }
        guard let next = lineBreak(end) else { return nil }
        separators.insert(start)
        return next
    }

    private func indentedCode(_ start: Int) -> Int? {
        var position = start
        while bytes.starts(with: "    ", at: position, limit: bytes.count), position + 4 < bytes.count,
            bytes[position + 4] != .lineFeed
        {
            position = bytes.lineEnd(from: position, limit: bytes.count)
            while position < bytes.count, bytes[position] == .lineFeed { position += 1 }
        }
        return position > start ? position : nil
    }

    private func inlineCode(_ start: Int) -> Int? {
        var position = start + 1
        guard position < bytes.count, bytes[position] != .backtick else { return nil }
        while position < bytes.count, bytes[position] != .backtick { position += 1 }
        return position < bytes.count ? position + 1 : nil
    }

    private mutating func fence(_ start: Int) -> Int? {
        let character = bytes[start]
        var end = start
        while end < bytes.count, bytes[end] == character { end += 1 }
        let run = end - start
        guard run >= 3 else { return nil }
        // ` *(?:\S+)? *\n`: at most one word.
        end = bytes.skip(.space, from: end)
        while end < bytes.count, bytes[end] != .space, bytes[end] != .lineFeed, bytes[end] != .tab { end += 1 }
        end = bytes.skip(.space, from: end)
        guard end < bytes.count, bytes[end] == .lineFeed else { return nil }
        // At least one byte of body.
        let bodyEnd = end + 2
        while nextCloser < closers.count, closers[nextCloser].end - 3 < bodyEnd { nextCloser += 1 }
        let reach = character == .backtick ? longest[nextCloser].backtick : longest[nextCloser].tilde
        guard reach >= 3 else { return nil }
        // The longest marker that anything closes; then the first that closes it.
        let length = min(run, reach)
        var candidate = nextCloser
        while candidate < closers.count {
            let closer = closers[candidate]
            if closer.character == character, closer.length >= length {
                var next = bytes.skip(.space, from: closer.end)
                while next < bytes.count, bytes[next] == .lineFeed { next += 1 }
                return next
            }
            candidate += 1
        }
        return nil
    }

    /// `[label]: <url> "title"` to the end of the line and the line feeds after it.
    private func definition(_ start: Int) -> Int? {
        let limit = min(bytes.count, start + 4096)
        var position = start + 1
        while position < limit, bytes[position] != .rightBracket { position += 1 }
        guard position > start + 1, position + 1 < limit, bytes[position + 1] == .colon else { return nil }
        position = bytes.skip(.space, from: position + 2)
        if position < bytes.count, bytes[position] == .less { position += 1 }
        let url = position
        while position < bytes.count, bytes[position] > .space, bytes[position] != .greater { position += 1 }
        guard position > url else { return nil }
        if position < bytes.count, bytes[position] == .greater { position += 1 }
        let lineEnd = bytes.lineEnd(from: position, limit: bytes.count)
        let rest = bytes.trimmed(position..<lineEnd)
        if !rest.isEmpty {
            guard bytes[position] == .space, rest.count >= 3 else { return nil }
            let (open, close) = (bytes[rest.lowerBound], bytes[rest.upperBound - 1])
            guard open == .quote || open == .leftParenthesis, close == .quote || close == .rightParenthesis else {
                return nil
            }
        }
        position = lineEnd
        while position < bytes.count, bytes[position] == .lineFeed { position += 1 }
        return position
    }

    private func macro(_ start: Int) -> Int? {
        guard bytes.starts(with: "![:", at: start, limit: bytes.count) else { return nil }
        let limit = min(bytes.count, start + 4096)
        var position = start + 3
        while position < limit, bytes[position] != .rightBracket { position += 1 }
        guard position < limit, position > start + 3, bytes[start + 3] != .space else { return nil }
        position += 1
        guard position < limit, bytes[position] == .leftParenthesis else { return position }
        var close = position
        while close < limit, bytes[close] != .rightParenthesis { close += 1 }
        return close < limit ? close + 1 : position
    }

    /// The end of a class block, what is inside it included; an escaped or unclosed one is text.
    private mutating func content(_ start: Int) -> Int? {
        let isEscaped = bytes[start] == .backslash
        var position = isEscaped ? start + 1 : start
        guard position < bytes.count, bytes[position] == .dot else { return nil }
        while position < bytes.count, bytes[position] == .dot {
            position += 1
            guard position < bytes.count, bytes[position].isWord, !bytes[position].isDigit else { return nil }
            while position < bytes.count, bytes[position].isWord { position += 1 }
        }
        guard position < bytes.count, bytes[position] == .leftBracket else { return nil }
        while nextBracket < brackets.count, brackets[nextBracket].open < position { nextBracket += 1 }
        guard !isEscaped, nextBracket < brackets.count, brackets[nextBracket].close >= 0 else { return position + 1 }
        return brackets[nextBracket].close + 1
    }
}

extension UnsafeBufferPointer<UInt8> {
    func skip(_ byte: UInt8, from offset: Int) -> Int {
        var position = offset
        while position < count, self[position] == byte { position += 1 }
        return position
    }
}
