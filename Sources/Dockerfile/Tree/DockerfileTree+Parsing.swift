import Diagnostics

extension DockerfileTree {
    /// The longest line BuildKit reads, in bytes.
    static let lineLimit = 65_535
    /// The largest file, in bytes: what BuildKit takes in one message.
    static let fileLimit = 16 << 20

    /// The line parser alone: unknown instructions pass.
    package static func parse(_ source: DockerfileSource) throws(DockerfileError) -> DockerfileTree {
        var parser = LineParser(source: source)
        return try parser.parse()
    }
}

/// Joins lines to instructions, as BuildKit's `parser.Parse` does.
private struct LineParser {
    let source: DockerfileSource
    var tree = DockerfileTree()
    /// The 1-based number of the line read last.
    var current = 0
    var comments: [String] = []
    var directives = DirectiveScanner()

    init(source: DockerfileSource) { self.source = source }

    mutating func parse() throws(DockerfileError) -> DockerfileTree {
        if let encoding = DockerfileError.wrongEncoding(source) { throw encoding }
        guard source.bytes.count <= DockerfileTree.fileLimit else {
            throw error(
                id: "file-too-large",
                message: "the file has \(source.bytes.count) bytes, more than \(DockerfileTree.fileLimit)",
                hint: "COPY large texts from files", lines: 1...1, range: SourceRange(line: 1))
        }
        tree.directives = DirectiveScanner.directives(of: source)
        while current < source.lineCount {
            current += 1
            let raw = try line(current)
            try note(comment: raw)
            let trimmed = GoSpace.trimLeading(raw)
            if trimmed.first == UInt8(ascii: "#") || trimmed.isEmpty { continue }
            try instruction(raw, trimmed: trimmed)
        }
        guard !tree.nodes.isEmpty else {
            throw error(
                id: "no-instructions", message: "file with no instructions",
                hint: "a Dockerfile starts with FROM and the image to build on, as in `FROM debian`",
                lines: current...current, range: SourceRange(line: max(1, current)))
        }
        return tree
    }

    func error(id: String, message: String, hint: String?, lines: ClosedRange<Int>, range: SourceRange)
        -> DockerfileError
    {
        let first = Diagnostic(
            id: id, severity: .error, file: source.file, range: range, message: message, hint: hint)
        return DockerfileError(diagnostics: [first] + tree.warnings, lines: lines)
    }

    /// A line without line end and byte order mark.
    func line(_ number: Int) throws(DockerfileError) -> ArraySlice<UInt8> {
        var raw = source.rawLine(number)
        if raw.last == UInt8(ascii: "\n") { raw = raw.dropLast() }
        guard raw.count <= DockerfileTree.lineLimit else {
            throw error(
                id: "line-too-long",
                message: "dockerfile line greater than max allowed size of \(DockerfileTree.lineLimit)",
                hint: "break the line with the escape character, or COPY the text from a file",
                lines: number...number, range: SourceRange(line: number))
        }
        while raw.last == UInt8(ascii: "\r") { raw = raw.dropLast() }
        if number == 1, raw.starts(with: [0xEF, 0xBB, 0xBF]) { raw = raw.dropFirst(3) }
        return raw
    }

    static func isComment(_ line: ArraySlice<UInt8>) -> Bool {
        GoSpace.trimLeading(line).first == UInt8(ascii: "#")
    }

    mutating func note(comment raw: ArraySlice<UInt8>) throws(DockerfileError) {
        do throws(DirectiveScanner.Failure) {
            let isDirective = try directives.scan(GoSpace.trimLeading(raw), line: current) != nil
            guard !isDirective, Self.isComment(raw) else { return }
        } catch {
            throw self.error(
                id: "directive", message: error.message, hint: error.hint, lines: current...current,
                range: SourceRange(line: current, length: raw.count))
        }
        // The first byte is cut off whatever it is: an indented comment keeps its `#`.
        let text = GoSpace.trim(raw.dropFirst())
        if text.isEmpty { comments = [] } else { comments.append(String(decoding: text, as: UTF8.self)) }
    }

    /// The line without the escape character and the white space after it, if it goes on in the next line.
    func trimmedContinuation(_ line: ArraySlice<UInt8>) -> (line: ArraySlice<UInt8>, continues: Bool) {
        var rest = line
        while rest.last == 0x20 || rest.last == 0x09 { rest = rest.dropLast() }
        let escape = tree.directives.escape
        guard rest.last == escape else { return (line, false) }
        rest = rest.dropLast()
        // Two escape characters are text.
        return rest.last == escape ? (line, false) : (rest, true)
    }

    mutating func instruction(_ raw: ArraySlice<UInt8>, trimmed: ArraySlice<UInt8>) throws(DockerfileError) {
        let start = current
        var joined = LogicalLine()
        var (piece, continues) = trimmedContinuation(trimmed)
        let indent = raw[raw.startIndex..<trimmed.startIndex].reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
        joined.append(piece, line: current, column: indent)
        var hasEmptyLine = false
        while continues, current < source.lineCount {
            current += 1
            let next = try line(current)
            if Self.isComment(next) { continue }
            if GoSpace.trimLeading(next).isEmpty {
                hasEmptyLine = true
                continue
            }
            (piece, continues) = trimmedContinuation(next)
            joined.append(piece, line: current, column: 0)
        }
        let original = String(decoding: joined.bytes, as: UTF8.self)
        if hasEmptyLine {
            tree.warnings.append(
                Diagnostic(
                    id: "NoEmptyContinuation", severity: .warning, file: source.file,
                    range: SourceRange(lines: current, through: current),
                    message: "Empty continuation line found in: " + original,
                    hint: "remove the empty line, or start it with #"))
        }
        var arguments = ArgumentParser(line: joined, escape: tree.directives.escape)
        let parsed: ArgumentParser.Parsed
        do throws(ArgumentParser.Failure) {
            parsed = try arguments.parse()
        } catch {
            throw self.error(
                id: error.id, message: error.message, hint: error.hint, lines: start...current,
                range: error.word?.range ?? SourceRange(lines: start, through: current))
        }
        var node = Self.node(parsed, line: arguments.line, range: SourceRange(lines: start, through: current))
        node.comments = comments
        comments = []
        if node.takesHeredocs, Self.mayHaveHeredoc(joined.bytes) {
            node.heredocs = try heredocs(original, start: start)
            node.setRange(SourceRange(lines: start, through: current))
        }
        tree.nodes.append(node)
    }

    static func mayHaveHeredoc(_ bytes: [UInt8]) -> Bool {
        var previous: UInt8 = 0
        for byte in bytes {
            if byte == UInt8(ascii: "<"), previous == byte { return true }
            previous = byte
        }
        return false
    }

    static func node(_ parsed: ArgumentParser.Parsed, line: LogicalLine, range: SourceRange) -> Node {
        var node = Node(
            keyword: parsed.keyword,
            original: String(decoding: line.bytes[parsed.slice.startIndex..<parsed.slice.endIndex], as: UTF8.self),
            range: range)
        node.flags = parsed.flags
        node.arguments = parsed.arguments
        node.isJSON = parsed.isJSON
        node.children = parsed.children.map { Self.node($0, line: line, range: range) }
        return node
    }

    mutating func heredocs(_ original: String, start: Int) throws(DockerfileError) -> [Heredoc] {
        let found: [Heredoc]
        do throws(WordError) {
            found = try Heredoc.all(in: original)
        } catch {
            throw self.error(
                id: "heredoc-name", message: error.message, hint: "close the quote in the name after <<",
                lines: start...current, range: SourceRange(lines: start, through: current))
        }
        let opened = current
        return try found.map { heredoc throws(DockerfileError) in
            var heredoc = heredoc
            let first = current + 1
            while current < source.lineCount {
                current += 1
                let text = try line(current)
                let end = heredoc.chomps ? text.drop { $0 == UInt8(ascii: "\t") } : text
                if end.elementsEqual(heredoc.name.utf8) {
                    if current > first { heredoc.content = Array(lines(first, current - 1)) }
                    return heredoc
                }
            }
            throw error(
                id: "unterminated-heredoc", message: "unterminated heredoc",
                hint: "end it with a line that holds nothing but \(heredoc.name)", lines: start...current,
                range: SourceRange(lines: start, through: opened))
        }
    }

    func lines(_ first: Int, _ last: Int) -> ArraySlice<UInt8> {
        source.bytes[source.rawLine(first).startIndex..<source.rawLine(last).endIndex]
    }
}

extension Node {
    /// Whether `<<EOF` means a here-document in this instruction.
    var takesHeredocs: Bool {
        let node = name == "onbuild" ? children.first ?? self : self
        return !node.isJSON && ["add", "copy", "run"].contains(node.name)
    }

    mutating func setRange(_ range: SourceRange) {
        self.range = range
        for index in children.indices { children[index].setRange(range) }
    }
}

extension DockerfileError {
    /// Every other byte is zero, as in English text that Windows saved as "Unicode".
    private static func isUTF16(_ start: ArraySlice<UInt8>) -> Bool {
        let even = stride(from: 0, to: start.count, by: 2).map { start[$0] == 0 }
        let odd = stride(from: 1, to: start.count, by: 2).map { start[$0] == 0 }
        guard odd.count >= 2 else { return false }
        return even.allSatisfy { $0 } && !odd.contains(true) || odd.allSatisfy { $0 } && !even.contains(true)
    }

    /// A file of another encoding: everything else said about it would be nonsense.
    static func wrongEncoding(_ source: DockerfileSource) -> DockerfileError? {
        let bytes = source.bytes
        let name: String
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            name = "UTF-16"
        } else if isUTF16(bytes.prefix(8)) {
            name = "UTF-16 without a byte order mark"
        } else {
            return nil
        }
        return DockerfileError(
            diagnostics: [
                Diagnostic(
                    id: "encoding", severity: .error, file: source.file, range: SourceRange(line: 1),
                    message: "the file is \(name), a Dockerfile must be UTF-8",
                    hint: "save it again as UTF-8 (in PowerShell: Out-File -Encoding utf8)")
            ], lines: 1...1)
    }
}
