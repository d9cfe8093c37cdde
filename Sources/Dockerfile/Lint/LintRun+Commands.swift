import Diagnostics

/// What a stage's variables are at some point.
private struct StageState {
    var environment: [String: String] = [:]
    /// Names that `ARG` declared, with or without a value.
    var arguments: Set<String> = []
    /// The base may have set any variable.
    var isUnknown = false
    var hasShell = false
    var hasWorkdir = false
    /// Bytes in `environment`: growth is bounded, since lint runs on anything.
    var size = 0

    static let sizeLimit = 16 << 20

    var isFull: Bool { size > Self.sizeLimit }

    mutating func set(_ name: String, _ value: String) {
        size += value.utf8.count
        guard !isFull else { return }
        environment[name] = value
    }
}

/// The rules that BuildKit checks while it turns commands into steps.
extension LintRun {
    /// How many variables all stages may inherit together before these rules give up.
    private static let variableLimit = 1_000_000
    /// Among how many variables a nearest name is looked for.
    private static let suggestionLimit = 500

    mutating func checkCommands(_ dockerfile: Dockerfile, _ resolved: [ResolvedStage]) {
        let global = (try? globalArguments(dockerfile, buildArguments: options.buildArguments))?.values ?? [:]
        var states: [StageState] = []
        var variables = 0
        for (stage, base) in zip(dockerfile.stages, resolved) {
            var state = StageState()
            if let index = base.stageIndex, index < states.count {
                state = states[index]
            } else {
                state.isUnknown = base.isUnknown
                for entry in base.config?.environment ?? [] {
                    let pair = entry.cut(UInt8(ascii: "=")) ?? (entry, "")
                    state.set(pair.before, pair.after)
                }
                state.hasShell = !(base.config?.shell.isEmpty ?? true)
                if state.environment["PATH"] == nil {
                    state.set("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
                }
            }
            variables += state.environment.count
            guard variables <= Self.variableLimit else { return }
            var last: [String: Command] = [:]
            for command in stage.commands {
                // More variables than any process can be started with: what follows would tell nothing.
                if state.isFull { return }
                do throws(InstructionError) {
                    try check(command, &state, &last, dockerfile, global)
                } catch {
                    fail(error, range: command.range, precise: error.word.map { command.range(of: $0) })
                    return
                }
            }
            states.append(state)
        }
    }

    private mutating func check(
        _ command: Command, _ state: inout StageState, _ last: inout [String: Command], _ dockerfile: Dockerfile,
        _ global: [String: String]
    ) throws(InstructionError) {
        let (instruction, unset) = try expanded(command, state.environment, dockerfile)
        report(unset: unset, command, state)
        switch instruction {
        case .env(let pairs):
            legacy(pairs, command)
            for pair in pairs {
                secret("ENV", pair.key, command)
                state.set(pair.key, pair.value)
            }
        case .label(let pairs): legacy(pairs, command)
        case .arg(let arg):
            for argument in arg.arguments { try declare(argument, command, &state, dockerfile, global) }
        case .cmd(let line):
            once(command, &last)
            json(line, command, state)
        case .entrypoint(let line):
            once(command, &last)
            json(line, command, state)
        case .healthcheck: once(command, &last)
        case .shell: state.hasShell = true
        case .workdir(let path):
            if !state.hasWorkdir, !path.hasPrefix("/") {
                warn(
                    "WorkdirRelativePath",
                    "Relative workdir \(GoQuote.quote(path)) can have unexpected results if the base image changes",
                    at: command.range, comments: command.comments, hint: "write WORKDIR /\(path)")
            }
            state.hasWorkdir = true
        case .expose(let words): try expose(words, command)
        case .copy(let copy) where copy.from == nil: ignored("Copy", copy.sources, command)
        case .add(let add): ignored("Add", add.sources, command)
        case .copy, .maintainer, .onbuild, .run, .stopSignal, .user, .volume: break
        }
    }

    /// The instruction and the variables that are not set. The environment is let go before it changes: a copy of it
    /// for each instruction would make many `ENV` quadratic.
    private func expanded(_ command: Command, _ environment: [String: String], _ dockerfile: Dockerfile)
        throws(InstructionError) -> (Instruction, unset: [String])
    {
        var scope = ExpansionScope(expander: dockerfile.wordExpander) { environment[$0] }
        return (try command.instruction.expanded(in: &scope), scope.unset)
    }

    /// A value, under the same care for the environment.
    private func expanded(_ text: String, _ environment: [String: String], _ dockerfile: Dockerfile)
        throws(WordError) -> ExpandedWord
    {
        try dockerfile.wordExpander.expand(text) { environment[$0] }
    }

    private mutating func report(unset names: [String], _ command: Command, _ state: StageState) {
        for name in names where !state.arguments.contains(name) && report.warnings.count < Self.warningLimit {
            let match =
                state.environment.count > Self.suggestionLimit
                ? nil : GoSuggestion.search(name, in: state.environment.keys.sorted())
            // A base that nobody knows may have set it; a near miss is worth saying all the same.
            if state.isUnknown, match == nil { continue }
            warn(
                "UndefinedVar",
                "Usage of undefined variable '$\(name)'" + (match.map { " (did you mean $\($0)?)" } ?? ""),
                at: (command.arguments.first { $0.text.contains(name) }
                    ?? command.flags.first { $0.text.contains(name) })?.range
                    ?? command.range,
                comments: command.comments,
                hint: "it becomes empty text: declare it before, with ARG \(name) or ENV \(name)=value, in this stage")
        }
    }

    private mutating func declare(
        _ argument: ArgumentInstruction.Argument, _ command: Command, _ state: inout StageState,
        _ dockerfile: Dockerfile, _ global: [String: String]
    ) throws(InstructionError) {
        secret("ARG", argument.name, command)
        if let value = options.buildArguments[argument.name] {
            state.set(argument.name, value)
        } else if let text = argument.value {
            do throws(WordError) {
                let result = try expanded(text, state.environment, dockerfile)
                report(unset: result.unset, command, state)
                state.set(argument.name, result.text)
            } catch {
                throw error.instructionError
            }
        } else if let value = global[argument.name] {
            state.set(argument.name, value)
        }
        state.arguments.insert(argument.name)
    }

    private mutating func legacy(_ pairs: [KeyValue], _ command: Command) {
        for pair in pairs.filter(\.isLegacy) {
            let name = command.keyword
            // `ENV a = b` gives a the value `= b`, which nobody means.
            let value = pair.value.hasPrefix("=") ? GoSpace.trim(String(pair.value.dropFirst())) : nil
            let hint = value.map {
                "no space stands around =: write \(name) \(pair.key)=\($0.contains(" ") ? "\"\($0)\"" : $0)"
            }
            warn(
                "LegacyKeyValueFormat",
                "\"\(name) key=value\" should be used instead of legacy \"\(name) key value\" format",
                at: command.range, comments: command.comments, hint: hint ?? "put = between the key and the value")
        }
    }

    private mutating func secret(_ instruction: String, _ key: String, _ command: Command) {
        let words = key.lowercased().split(separator: "_", omittingEmptySubsequences: false)
        let denied: Set<Substring> = [
            "apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token",
        ]
        guard words.contains(where: denied.contains),
            !words.contains(where: { $0 == "public" || $0 == "file" || $0 == "version" })
        else { return }
        warn(
            "SecretsUsedInArgOrEnv",
            "Do not use ARG or ENV instructions for sensitive data (\(instruction) \(GoQuote.quote(key)))",
            at: command.range, comments: command.comments,
            hint: "the image keeps it: use RUN --mount=type=secret,id=\(key.lowercased()),env=\(key)")
    }

    private mutating func once(_ command: Command, _ last: inout [String: Command]) {
        let name = command.instruction.name
        if let before = last[name] {
            warn(
                "MultipleInstructionsDisallowed",
                "Multiple \(command.keyword) instructions should not be used in the same stage because only the last one will be used",
                at: before.range, comments: before.comments, hint: "remove this one")
        }
        last[name] = command
    }

    private mutating func json(_ line: CommandLine, _ command: Command, _ state: StageState) {
        guard case .shell(let text) = line, !state.hasShell else { return }
        warn(
            "JSONArgsRecommended",
            "JSON arguments recommended for \(command.keyword) to prevent unintended behavior related to OS signals",
            at: command.range, comments: command.comments,
            hint: RepairedJSON.array(from: text).map { "write \(command.keyword) \($0)" }
                ?? ShellLine.words(text).map { "write \(command.keyword) \(ShellLine.list($0))" }
                ?? "this line needs the shell: put it into a script and write \(command.keyword) [\"/script.sh\"], or keep the shell and let it begin its last command with exec"
        )
    }

    private mutating func expose(_ words: [String], _ command: Command) throws(InstructionError) {
        for word in words {
            let (ports, proto) = word.cut(UInt8(ascii: "/")) ?? (word, "")
            if ports.utf8.contains(UInt8(ascii: ":")) {
                warn(
                    "ExposeInvalidFormat",
                    "EXPOSE instruction should not define an IP address or host-port mapping, found '\(word)'",
                    at: command.range(of: word), comments: command.comments,
                    hint: "EXPOSE names the port inside; where it goes is said with docker run -p")
            }
            if proto != proto.lowercased() {
                warn(
                    "ExposeProtoCasing",
                    "Defined protocol '\(word)' in EXPOSE instruction should be lowercase",
                    at: command.range(of: word), comments: command.comments, hint: "write \(word.lowercased())")
            }
        }
        _ = try Port.parse(words)
    }

    private mutating func ignored(_ verb: String, _ sources: [String], _ command: Command) {
        guard let ignore = options.ignore, !ignore.isEmpty else { return }
        for source in sources where !Self.isRemote(source) {
            let clean = GoPath.clean("/" + source)
            let path = clean == "/" ? "." : String(clean.dropFirst())
            let rule: IgnorePatterns.Rule?
            if path == "." {
                // Everything is left out only by a rule that says so, and none that takes something back.
                let isAll = ignore.rules.contains { $0.pattern == "*" || $0.pattern == "**" }
                let hasException = ignore.rules.contains { $0.pattern.hasPrefix("!") }
                guard isAll, !hasException else { continue }
                rule = ignore.rules.first { $0.pattern == "*" || $0.pattern == "**" }
            } else {
                let verdict = ignore.verdict(path)
                guard verdict.isIgnored else { continue }
                rule = verdict.rule
            }
            let place = rule.map { "`\($0.pattern)`" + ($0.line > 0 ? " in line \($0.line)" : "") } ?? "a rule"
            warn(
                "CopyIgnoredFile",
                "Attempting to \(verb) file \(GoQuote.quote(source)) that is excluded by .dockerignore",
                at: command.range(of: source), comments: command.comments,
                hint:
                    "\(place) of \(ignore.file.isEmpty ? ".dockerignore" : ignore.file) hides it: remove it, or add !\(path) after it"
            )
        }
    }

    static func isRemote(_ source: String) -> Bool {
        source.hasPrefix("http://") || source.hasPrefix("https://") || source.hasPrefix("git://")
            || source.hasPrefix("git@") || source.hasPrefix("ssh://")
    }
}
