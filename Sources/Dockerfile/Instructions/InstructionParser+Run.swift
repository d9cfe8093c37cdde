extension InstructionParser {
    func run() throws(InstructionError) -> RunInstruction {
        if let flag = node.flags.first(where: { $0.text.hasPrefix("--device") }) {
            throw InstructionError(
                id: "unknown-flag", message: "unknown flag: --device",
                hint: "devices are only in the labs front end of BuildKit", word: flag.text)
        }
        let flags = try FlagSet(
            node.flags, knowing: [("mount", .strings), ("network", .string), ("security", .string)],
            instruction: "RUN")
        var run = RunInstruction(commandLine: commandLine)
        run.heredocs = node.heredocs
        run.mountFlags = flags.all("mount")
        for flag in run.mountFlags {
            if let origin = try Mount.origin(flag) { run.mountOrigins.append(origin) }
        }
        if let text = flags["network"] {
            guard let mode = RunInstruction.NetworkMode(rawValue: text) else {
                throw InstructionError(
                    id: "network-mode", message: "invalid network mode \(GoQuote.quote(text))",
                    hint: GoSuggestion.search(text, in: RunInstruction.NetworkMode.allCases.map(\.rawValue))
                        .map { "did you mean \($0)?" } ?? "write --network=default, none or host", word: text)
            }
            run.network = mode
        }
        if let text = flags["security"] {
            guard let mode = RunInstruction.SecurityMode(rawValue: text) else {
                throw InstructionError(
                    id: "security-mode", message: "security \(GoQuote.quote(text)) is not valid",
                    hint: "write --security=sandbox", word: text)
            }
            run.security = mode
        }
        return run
    }

    func healthcheck() throws(InstructionError) -> HealthCheck {
        try atLeastOne("HEALTHCHECK", "HEALTHCHECK CMD and a command, or HEALTHCHECK NONE")
        let kind = arguments[0].uppercased()
        var command = Array(arguments.dropFirst())
        if kind == "NONE" {
            guard command.isEmpty else {
                throw InstructionError(
                    id: "healthcheck", message: "HEALTHCHECK NONE takes no arguments", word: command[0])
            }
            return HealthCheck(test: ["NONE"])
        }
        let flags = try FlagSet(
            node.flags,
            knowing: [
                ("interval", .string), ("timeout", .string), ("start-period", .string), ("start-interval", .string),
                ("retries", .string),
            ], instruction: "HEALTHCHECK")
        guard kind == "CMD" else {
            throw InstructionError(
                id: "healthcheck", message: "Unknown type \(GoQuote.quote(kind)) in HEALTHCHECK (try CMD)",
                hint: "write HEALTHCHECK CMD \(node.arguments.map(\.text).joined(separator: " "))", word: arguments[0])
        }
        if !node.isJSON { command = command.isEmpty ? [] : [command.joined(separator: " ")] }
        guard !command.isEmpty else {
            throw InstructionError(
                id: "healthcheck", message: "Missing command after HEALTHCHECK CMD",
                hint: "write the command that says whether the container works, as in HEALTHCHECK CMD true")
        }
        var check = HealthCheck(test: [node.isJSON ? "CMD" : "CMD-SHELL"] + command)
        check.interval = try interval("interval", flags)
        check.timeout = try interval("timeout", flags)
        check.startPeriod = try interval("start-period", flags)
        check.startInterval = try interval("start-interval", flags)
        if let text = flags.nonEmpty("retries") {
            guard let retries = Int32(text) else {
                throw InstructionError(
                    id: "healthcheck", message: "strconv.ParseInt: parsing \(GoQuote.quote(text)): invalid syntax",
                    hint: "--retries wants a whole number", word: text)
            }
            guard retries >= 0 else {
                throw InstructionError(
                    id: "healthcheck", message: "--retries cannot be negative (\(retries))", word: text)
            }
            check.retries = Int(retries)
        }
        return check
    }

    private func interval(_ name: String, _ flags: FlagSet) throws(InstructionError) -> Int64 {
        guard let text = flags.nonEmpty(name) else { return 0 }
        let nanoseconds = try GoDuration.parse(text)
        guard nanoseconds == 0 || nanoseconds >= 1_000_000 else {
            throw InstructionError(
                id: "healthcheck", message: "Interval \(GoQuote.quote(name)) cannot be less than 1ms", word: text)
        }
        return nanoseconds
    }
}
