import Diagnostics

/// Gives one node its meaning, with BuildKit's `instructions.Parse` as the model for what is refused, in which order.
struct InstructionParser {
    let node: Node
    /// The arguments; for `ONBUILD` the words of the instruction behind it.
    let arguments: [String]

    static let names = [
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
        "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    ]

    init(node: Node) {
        self.node = node
        if let child = node.children.first {
            arguments = [child.keyword.text] + InstructionParser(node: child).arguments
        } else {
            arguments = node.arguments.map(\.text)
        }
    }

    func command() throws(InstructionError) -> Command {
        Command(
            instruction: try instruction(), range: node.range, text: GoSpace.trim(node.original),
            keyword: node.keyword.text, heredocs: node.heredocs, comments: node.comments,
            flags: node.flags, arguments: node.arguments)
    }

    private func instruction() throws(InstructionError) -> Instruction {
        switch node.name {
        case "env": return .env(try pairs("ENV"))
        case "label": return .label(try pairs("LABEL"))
        case "maintainer": return .maintainer(try one("MAINTAINER"))
        case "add": return .add(try add())
        case "copy": return .copy(try copy())
        case "onbuild": return .onbuild(try onbuild())
        case "workdir": return .workdir(try one("WORKDIR"))
        case "run": return .run(try run())
        case "cmd":
            try noFlags("CMD")
            return .cmd(commandLine)
        case "entrypoint":
            try noFlags("ENTRYPOINT")
            return .entrypoint(commandLine)
        case "healthcheck": return .healthcheck(try healthcheck())
        case "expose":
            try atLeastOne("EXPOSE", "the port to listen on, as in EXPOSE 80")
            try noFlags("EXPOSE")
            return .expose(arguments.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        case "user": return .user(try one("USER"))
        case "volume": return .volume(try volumes())
        case "stopsignal":
            guard arguments.count == 1 else { throw exactlyOne("STOPSIGNAL") }
            return .stopSignal(arguments[0])
        case "arg": return .arg(try argument())
        case "shell": return .shell(try shell())
        case "from":
            throw InstructionError(
                id: "from-here", message: "FROM is not a command", hint: "FROM begins a stage: it stands by itself",
                word: node.keyword.text)
        default: throw unknown()
        }
    }

    private func unknown() -> InstructionError {
        let name = node.keyword.text
        let shown =
            name.unicodeScalars.count > 60
            ? String(String.UnicodeScalarView(name.unicodeScalars.prefix(60))) + "..." : name
        return InstructionError(
            id: "unknown-instruction", message: "unknown instruction: \(shown)",
            hint: UnknownInstruction(name: name, line: GoSpace.trim(node.original)).hint, word: name)
    }

    private static let examples = [
        "WORKDIR": "name a directory, as in WORKDIR /app", "USER": "name a user, as in USER nobody or USER 1000:1000",
        "STOPSIGNAL": "name one signal, as in STOPSIGNAL SIGTERM",
        "MAINTAINER": "write LABEL maintainer=\"you@example.org\"",
    ]

    func noFlags(_ name: String) throws(InstructionError) {
        _ = try FlagSet(node.flags, knowing: [], instruction: name)
    }

    func atLeastOne(_ name: String, _ what: String) throws(InstructionError) {
        guard arguments.isEmpty else { return }
        throw InstructionError(
            id: "missing-argument", message: "\(name) requires at least one argument", hint: "write \(what)",
            word: node.keyword.text)
    }

    func exactlyOne(_ name: String) -> InstructionError {
        InstructionError(
            id: "missing-argument", message: "\(name) requires exactly one argument", hint: Self.examples[name],
            word: node.keyword.text)
    }

    private func one(_ name: String) throws(InstructionError) -> String {
        guard arguments.count == 1 else { throw exactlyOne(name) }
        try noFlags(name)
        return arguments[0]
    }

    private func pairs(_ name: String) throws(InstructionError) -> [KeyValue] {
        try noFlags(name)
        try atLeastOne(name, "\(name) key=value")
        guard arguments.count.isMultiple(of: 3) else {
            throw InstructionError(id: "too-many", message: "Bad input to \(name), too many arguments")
        }
        return try stride(from: 0, to: arguments.count, by: 3).map { index throws(InstructionError) in
            guard !arguments[index].isEmpty else { throw blankName(name) }
            return KeyValue(
                key: arguments[index], value: arguments[index + 1], isLegacy: arguments[index + 2].isEmpty)
        }
    }

    private func blankName(_ name: String) -> InstructionError {
        InstructionError(
            id: "blank-name", message: "\(name) names can not be blank", hint: "put a name before the =")
    }

    private func argument() throws(InstructionError) -> ArgumentInstruction {
        try atLeastOne("ARG", "ARG name or ARG name=value")
        return ArgumentInstruction(
            arguments: try arguments.map { text throws(InstructionError) in
                let (name, value) = text.cut(UInt8(ascii: "=")).map { ($0.before, Optional($0.after)) } ?? (text, nil)
                if value != nil, name.isEmpty { throw blankName("ARG") }
                return .init(name: name, value: value, documentation: documentation(of: name))
            })
    }

    /// The text of a comment `# name text` before the instruction.
    private func documentation(of name: String) -> String? {
        guard !name.isEmpty else { return nil }
        return node.comments.first { $0.hasPrefix(name + " ") }.map { String($0.dropFirst(name.count + 1)) }
    }

    var commandLine: CommandLine {
        node.isJSON ? .exec(arguments) : .shell(arguments.joined(separator: " "))
    }

    private func volumes() throws(InstructionError) -> [String] {
        try atLeastOne("VOLUME", "VOLUME /path")
        try noFlags("VOLUME")
        return try arguments.map { text throws(InstructionError) in
            let trimmed = GoSpace.trim(text)
            guard !trimmed.isEmpty else {
                throw InstructionError(id: "empty-volume", message: "VOLUME specified can not be an empty string")
            }
            return trimmed
        }
    }

    private func shell() throws(InstructionError) -> [String] {
        try noFlags("SHELL")
        try atLeastOne("SHELL", "SHELL [\"/bin/sh\", \"-c\"]")
        guard node.isJSON else {
            throw InstructionError(
                id: "not-json", message: "SHELL requires the arguments to be in JSON form",
                hint: "write SHELL [\"/bin/bash\", \"-c\"], with double quotes", word: arguments.first)
        }
        return arguments
    }

    private func onbuild() throws(InstructionError) -> OnbuildInstruction {
        try atLeastOne("ONBUILD", "ONBUILD and the instruction to keep for later")
        try noFlags("ONBUILD")
        let trigger = GoSpace.trim(arguments[0]).uppercased()
        switch trigger {
        case "ONBUILD":
            throw InstructionError(
                id: "nested-onbuild", message: "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
                hint: "remove one ONBUILD", word: arguments[0])
        case "MAINTAINER", "FROM":
            throw InstructionError(
                id: "onbuild-trigger", message: "\(trigger) isn't allowed as an ONBUILD trigger",
                hint: "what an image keeps for its children is a step, as in ONBUILD COPY . /app", word: arguments[0])
        default: break
        }
        var text = Array(GoSpace.trimLeading(Array(node.original.utf8)[...]).dropFirst("ONBUILD".utf8.count))
        text = Array(text.drop { $0 == 0x20 || (0x09...0x0D).contains($0) && $0 != 0x0B })
        for heredoc in node.heredocs {
            text += [UInt8(ascii: "\n")] + heredoc.content + Array(heredoc.name.utf8)
        }
        return OnbuildInstruction(expression: String(decoding: text, as: UTF8.self))
    }
}
