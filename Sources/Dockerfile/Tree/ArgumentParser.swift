/// How the words behind an instruction's name are taken apart; one rule for each instruction.
enum ArgumentForm {
    /// `ENV`, `LABEL`: `key value` or `key=value...`
    case pairs
    /// `ARG`: words, quotes kept.
    case words
    /// `FROM`, `EXPOSE`: split at white space.
    case blanks
    /// `WORKDIR`, `USER`, `STOPSIGNAL`, `MAINTAINER`: all of it.
    case whole
    /// `RUN`, `CMD`, `ENTRYPOINT`, `SHELL`: JSON, else all of it.
    case jsonOrWhole
    /// `COPY`, `ADD`, `VOLUME`: JSON, else split at white space.
    case jsonOrBlanks
    case healthcheck
    case onbuild

    static let byInstruction: [String: ArgumentForm] = [
        "add": .jsonOrBlanks, "arg": .words, "cmd": .jsonOrWhole, "copy": .jsonOrBlanks, "entrypoint": .jsonOrWhole,
        "env": .pairs, "expose": .blanks, "from": .blanks, "healthcheck": .healthcheck, "label": .pairs,
        "maintainer": .whole, "onbuild": .onbuild, "run": .jsonOrWhole, "shell": .jsonOrWhole, "stopsignal": .whole,
        "user": .whole, "volume": .jsonOrBlanks, "workdir": .whole,
    ]
}

/// Parses one logical line.
struct ArgumentParser {
    var line: LogicalLine
    var escape: UInt8

    init(line: LogicalLine, escape: UInt8) {
        self.line = line
        self.escape = escape
    }

    struct Failure: Error {
        var id: String
        var message: String
        var hint: String?
        var word: Word?
    }

    /// How deep `ONBUILD ONBUILD ...` is followed; two levels are an error already.
    private static let depthLimit = 8

    struct Parsed {
        var keyword: Word
        var flags: [Word] = []
        var arguments: [Word] = []
        var isJSON = false
        var children: [Parsed] = []
        /// The text, trimmed at neither end.
        var slice: ArraySlice<UInt8>
    }

    mutating func parse() throws(Failure) -> Parsed { try parse(line.all, depth: 0) }

    private mutating func parse(_ slice: ArraySlice<UInt8>, depth: Int) throws(Failure) -> Parsed {
        let trimmed = GoSpace.trim(slice)
        let nameEnd = trimmed.firstIndex(where: GoSpace.isBlank) ?? trimmed.endIndex
        let keyword = line.word(trimmed[..<nameEnd])
        var rest = trimmed[nameEnd...]
        while let byte = rest.first, GoSpace.isBlank(byte) { rest = rest.dropFirst() }
        var parsed = Parsed(keyword: keyword, slice: slice)
        var arguments = rest
        (parsed.flags, arguments) = flags(rest)
        arguments = GoSpace.trim(arguments)
        guard let form = ArgumentForm.byInstruction[keyword.text.lowercased()] else {
            // BuildKit keeps one empty argument for an instruction it does not know.
            parsed.arguments = [Word("", range: line.range(arguments.prefix(0)))]
            return parsed
        }
        switch form {
        case .pairs: parsed.arguments = try pairs(arguments, instruction: keyword.text.uppercased())
        case .words: parsed.arguments = words(arguments)
        case .blanks: parsed.arguments = blanks(arguments)
        case .whole: if !arguments.isEmpty { parsed.arguments = [line.word(arguments)] }
        case .jsonOrWhole:
            if !arguments.isEmpty, !(try json(arguments, into: &parsed)) { parsed.arguments = [line.word(arguments)] }
        case .jsonOrBlanks:
            if !(try json(arguments, into: &parsed)) { parsed.arguments = blanks(arguments) }
        case .healthcheck: try healthcheck(arguments, into: &parsed)
        case .onbuild:
            if !arguments.isEmpty {
                guard depth < Self.depthLimit else {
                    throw Failure(id: "nested-onbuild", message: "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
                }
                parsed.children = [try parse(arguments, depth: depth + 1)]
            }
        }
        return parsed
    }

    private mutating func json(_ text: ArraySlice<UInt8>, into parsed: inout Parsed) throws(Failure) -> Bool {
        switch JSONStringArray.parse(text) {
        case .strings(let strings):
            parsed.isJSON = true
            for string in strings { parsed.arguments.append(line.word(string.text, from: string.slice)) }
            return true
        case .notOnlyStrings:
            throw Failure(
                id: "json-not-strings",
                message: "when using JSON array syntax, arrays must be comprised of strings only",
                hint: "put each element in double quotes, as in [\"echo\", \"1\"]", word: line.word(text))
        case .none: return false
        }
    }

    private mutating func healthcheck(_ text: ArraySlice<UInt8>, into parsed: inout Parsed) throws(Failure) {
        guard !text.isEmpty else { return }
        let end = text.firstIndex { $0 < 0x80 && GoSpace.isSpace(Unicode.Scalar($0)) } ?? text.endIndex
        let kind = line.word(text[..<end])
        let rest = GoSpace.trimLeading(text[end...])
        parsed.arguments = [kind]
        guard !rest.isEmpty else { return }
        var command = Parsed(keyword: kind, slice: rest)
        if !(try json(rest, into: &command)) { command.arguments = [line.word(rest)] }
        parsed.isJSON = command.isJSON
        parsed.arguments += command.arguments
    }

    private mutating func blanks(_ text: ArraySlice<UInt8>) -> [Word] {
        guard !text.isEmpty else { return [] }
        var out: [Word] = []
        var start = text.startIndex
        var index = start
        while index < text.endIndex {
            guard GoSpace.isBlank(text[index]) else {
                index += 1
                continue
            }
            out.append(line.word(text[start..<index]))
            while index < text.endIndex, GoSpace.isBlank(text[index]) { index += 1 }
            start = index
        }
        out.append(line.word(text[start..<index]))
        return out
    }

    private mutating func pairs(_ text: ArraySlice<UInt8>, instruction: String) throws(Failure) -> [Word] {
        let words = words(text)
        guard let first = words.first else { return [] }
        guard first.text.utf8.contains(UInt8(ascii: "=")) else {
            // The old form: the first white space ends the key, the rest is the value.
            guard let end = text.firstIndex(where: GoSpace.isBlank) else {
                throw Failure(
                    id: "missing-value", message: "\(instruction) must have two arguments",
                    hint: "write \(instruction) \(first.text)=value", word: first)
            }
            var value = text[end...]
            while let byte = value.first, GoSpace.isBlank(byte) { value = value.dropFirst() }
            return [line.word(text[..<end]), line.word(value), Word("")]
        }
        var out: [Word] = []
        for word in words {
            guard let (key, value) = word.text.cut(UInt8(ascii: "=")) else {
                throw Failure(
                    id: "missing-equals",
                    message:
                        "Syntax error - can't find = in \(GoQuote.quote(word.text)). Must be of the form: name=value",
                    hint: out.count > 2 && out[out.count - 2].text.isEmpty
                        ? "no space follows the =: write \(out[out.count - 3].text)=\(word.text)"
                        : "put a value with spaces in double quotes: name=\"two words\"", word: word)
            }
            out.append(Word(key, range: word.range))
            out.append(Word(value, range: word.range))
            out.append(Word("=", range: word.range))
        }
        return out
    }

    /// Words with quotes and escapes kept in them.
    private mutating func words(_ text: ArraySlice<UInt8>) -> [Word] {
        var out: [Word] = []
        var index = text.startIndex
        while true {
            while case let length = GoSpace.leadingSpace(text[index...]), length > 0 { index += length }
            guard index < text.endIndex else { return out }
            let start = index
            var quote: UInt8?
            var word: [UInt8] = []
            while index < text.endIndex {
                if quote == nil, GoSpace.leadingSpace(text[index...]) > 0 { break }
                let byte = text[index]
                if byte == escape, quote != UInt8(ascii: "'") {
                    index += 1
                    // An escape character at the very end is dropped.
                    guard index < text.endIndex else { break }
                    word.append(byte)
                    word.append(text[index])
                    index += 1
                    continue
                }
                if let open = quote {
                    if byte == open { quote = nil }
                } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                    quote = byte
                }
                word.append(byte)
                index += 1
            }
            if !word.isEmpty { out.append(line.word(word, from: text[start..<index])) }
        }
    }

    /// Takes the `--flags` off the front: quotes and escapes in them are resolved here.
    private mutating func flags(_ text: ArraySlice<UInt8>) -> ([Word], ArraySlice<UInt8>) {
        var out: [Word] = []
        var index = text.startIndex
        while true {
            while case let length = GoSpace.leadingSpace(text[index...]), length > 0 { index += length }
            guard index < text.endIndex else { return (out, text[index...]) }
            guard text[index] == UInt8(ascii: "-"), index + 1 < text.endIndex, text[index + 1] == UInt8(ascii: "-")
            else { return (out, text[index...]) }
            let start = index
            var word: [UInt8] = []
            var quote: UInt8?
            while index < text.endIndex {
                let byte = text[index]
                if quote == nil, byte < 0x80, GoSpace.isSpace(Unicode.Scalar(byte)) { break }
                index += 1
                if byte == quote {
                    quote = nil
                } else if quote == nil, byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                    quote = byte
                } else if byte == escape {
                    guard index < text.endIndex else { break }
                    word.append(text[index])
                    index += 1
                } else {
                    word.append(byte)
                }
            }
            // A bare `--` ends the flags.
            if word == [UInt8(ascii: "-"), UInt8(ascii: "-")] { return (out, text[index...]) }
            if !word.isEmpty { out.append(line.word(word, from: text[start..<index])) }
        }
    }
}
