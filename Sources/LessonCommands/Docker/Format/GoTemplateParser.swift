import OCI

/// Reads a template: text with actions between `{{` and `}}`.
struct GoTemplateParser {
    private let text: [Character]
    private var position = 0
    private var depth = 0
    /// Names that were declared so far.
    private var variables: Set<String> = []

    private static let functions: Set<String> = [
        "json", "join", "split", "lower", "upper", "title", "truncate", "pad", "println", "print", "len", "index", "eq",
        "ne", "and", "or", "not", "lt", "le", "gt", "ge", "slice", "printf",
    ]

    init(_ text: String) {
        self.text = Array(text)
    }

    mutating func template() throws(GoTemplate.Failure) -> [GoTemplate.Node] {
        let (nodes, end) = try nodes()
        if let end { throw failure("unexpected {{\(end)}}") }
        return nodes
    }

    private func failure(_ message: String) -> GoTemplate.Failure {
        GoTemplate.Failure(message: "template parsing error: template: :1: \(message)", isSyntax: true)
    }

    /// Nodes up to an `end` or `else` of the block around, or the end of the text.
    private mutating func nodes() throws(GoTemplate.Failure) -> ([GoTemplate.Node], end: String?) {
        depth += 1
        defer { depth -= 1 }
        guard depth < 32 else { throw failure("blocks nest more than 32 deep") }
        var nodes: [GoTemplate.Node] = []
        var run = ""
        func flush() {
            if !run.isEmpty { nodes.append(.text(run)) }
            run = ""
        }
        while position < text.count {
            guard starts(with: "{{") else {
                run.append(text[position])
                position += 1
                continue
            }
            position += 2
            if starts(with: "- ") {
                while run.last?.isWhitespace ?? false { run.removeLast() }
                position += 1
            }
            flush()
            skipSpace()
            if starts(with: "/*") {
                while position < text.count, !starts(with: "*/") { position += 1 }
                guard position < text.count else { throw failure("unclosed comment") }
                position += 2
                try close()
                continue
            }
            let start = position
            switch word() {
            case "end", "else":
                return (nodes, String(text[start..<position]))
            case "if":
                let name = try declaration().value
                let (pipeline, body, otherwise) = try block()
                if let name { nodes.append(.assign(name, pipeline)) }
                nodes.append(.branch(pipeline, then: body, otherwise: otherwise))
            case "range":
                let (key, value) = try declaration()
                let (pipeline, body, otherwise) = try block()
                nodes.append(.range(pipeline, key: key, value: value, body: body, otherwise: otherwise))
            case "with":
                let name = try declaration().value
                let (pipeline, body, otherwise) = try block()
                if let name { nodes.append(.assign(name, pipeline)) }
                nodes.append(.with(pipeline, body: body, otherwise: otherwise))
            default:
                position = start
                if case (nil, let name?) = try declaration() {
                    nodes.append(.assign(name, try pipeline()))
                } else {
                    nodes.append(.print(try pipeline()))
                }
                try close()
            }
        }
        flush()
        return (nodes, nil)
    }

    /// `$value :=` or `$key, $value :=`; nothing is read where there is none.
    private mutating func declaration() throws(GoTemplate.Failure) -> (key: String?, value: String?) {
        let start = position
        var names: [String] = []
        while true {
            skipSpace()
            guard position < text.count, text[position] == "$" else { break }
            position += 1
            names.append(word())
            skipSpace()
            guard starts(with: ",") else { break }
            position += 1
        }
        let isAssigned = starts(with: ":=") || (starts(with: "=") && names.count == 1)
        guard isAssigned, names.allSatisfy({ !$0.isEmpty }) else {
            guard names.count < 2 else { throw failure("expected :=") }
            position = start
            return (nil, nil)
        }
        guard names.count <= 2 else { throw failure("too many declarations in range") }
        position += starts(with: ":=") ? 2 : 1
        for name in names { variables.insert(name) }
        return (names.count == 2 ? names[0] : nil, names.last)
    }

    private mutating func block() throws(GoTemplate.Failure) -> (
        GoTemplate.Pipeline, [GoTemplate.Node], [GoTemplate.Node]
    ) {
        let pipeline = try pipeline()
        try close()
        let (body, end) = try nodes()
        guard let end else { throw failure("unexpected end of the template: {{end}} is missing") }
        guard end == "else" else {
            try close()
            return (pipeline, body, [])
        }
        skipSpace()
        let start = position
        if word() == "if" {
            let (inner, then, otherwise) = try block()
            return (pipeline, body, [.branch(inner, then: then, otherwise: otherwise)])
        }
        position = start
        try close()
        let (rest, last) = try nodes()
        guard last == "end" else { throw failure("{{end}} is missing") }
        try close()
        return (pipeline, body, rest)
    }

    private mutating func pipeline() throws(GoTemplate.Failure) -> GoTemplate.Pipeline {
        depth += 1
        defer { depth -= 1 }
        guard depth < 32 else { throw failure("parentheses nest more than 32 deep") }
        var commands = [try command()]
        skipSpace()
        while starts(with: "|") {
            position += 1
            commands.append(try command())
            skipSpace()
        }
        return GoTemplate.Pipeline(commands: commands)
    }

    private mutating func command() throws(GoTemplate.Failure) -> GoTemplate.Command {
        var command = GoTemplate.Command(function: nil, operands: [])
        skipSpace()
        let start = position
        let name = word()
        if !name.isEmpty, !["true", "false", "nil"].contains(name) {
            guard Self.functions.contains(name) else { throw failure("function \"\(name)\" not defined") }
            command.function = name
        } else {
            position = start
        }
        while true {
            skipSpace()
            guard position < text.count, text[position] != "|", text[position] != ")", !starts(with: "}}"),
                !starts(with: "-}}")
            else { break }
            command.operands.append(try operand())
        }
        if command.function == nil {
            guard command.operands.count == 1 else {
                throw failure(command.operands.isEmpty ? "missing value for command" : "a value cannot be called")
            }
        }
        return command
    }

    private mutating func operand() throws(GoTemplate.Failure) -> GoTemplate.Operand {
        let character = text[position]
        switch character {
        case ".":
            return .field(fields(), isRoot: false)
        case "$":
            position += 1
            let name = word()
            guard !name.isEmpty else { return .field(fields(), isRoot: true) }
            guard variables.contains(name) else { throw failure("undefined variable \"$\(name)\"") }
            return .variable(name, field: fields())
        case "\"", "`":
            return .literal(.string(try string(character)))
        case "(":
            position += 1
            depth += 1
            defer { depth -= 1 }
            guard depth < 32 else { throw failure("parentheses nest more than 32 deep") }
            let inner = try pipeline()
            skipSpace()
            guard starts(with: ")") else { throw failure("unclosed left paren") }
            position += 1
            return .pipeline(inner, field: fields())
        default:
            if character.isNumber || character == "-" {
                var digits = String(character)
                position += 1
                while position < text.count, text[position].isNumber {
                    digits.append(text[position])
                    position += 1
                }
                guard Int64(digits) != nil else { throw failure("bad number syntax: \"\(digits)\"") }
                return .literal(.number(digits))
            }
            switch word() {
            case "true": return .literal(.bool(true))
            case "false": return .literal(.bool(false))
            case "nil": return .literal(.null)
            case "": throw failure("unexpected \"\(character)\"")
            case let name: throw failure("function \"\(name)\" cannot be an argument without parentheses")
            }
        }
    }

    private mutating func fields() -> [String] {
        var fields: [String] = []
        while position < text.count, text[position] == "." {
            position += 1
            let name = word()
            if !name.isEmpty { fields.append(name) }
        }
        return fields
    }

    private mutating func string(_ quote: Character) throws(GoTemplate.Failure) -> String {
        position += 1
        var out = ""
        while position < text.count, text[position] != quote {
            if text[position] == "\\", quote == "\"", position + 1 < text.count {
                position += 1
                out.append(text[position] == "n" ? "\n" : text[position] == "t" ? "\t" : text[position])
            } else {
                out.append(text[position])
            }
            position += 1
        }
        guard position < text.count else { throw failure("unterminated quoted string") }
        position += 1
        return out
    }

    private mutating func close() throws(GoTemplate.Failure) {
        skipSpace()
        let trims = starts(with: "-}}")
        if trims { position += 1 }
        guard starts(with: "}}") else {
            throw failure(position < text.count ? "unexpected \"\(text[position])\"" : "unclosed action")
        }
        position += 2
        if trims { while position < text.count, text[position].isWhitespace { position += 1 } }
    }

    private mutating func word() -> String {
        var word = ""
        while position < text.count, text[position].isLetter || text[position].isNumber || text[position] == "_" {
            // A number is no word.
            if word.isEmpty, text[position].isNumber { break }
            word.append(text[position])
            position += 1
        }
        return word
    }

    private mutating func skipSpace() {
        while position < text.count, text[position].isWhitespace { position += 1 }
    }

    private func starts(with prefix: String) -> Bool {
        text[position...].starts(with: prefix)
    }
}
