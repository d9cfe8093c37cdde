/// Why an image's command does not start, and what to do about it.
struct StartDiagnosis {
    private let run: RunObservation
    private let observations: Observations

    init(_ run: RunObservation, _ observations: Observations) {
        self.run = run
        self.observations = observations
    }

    private var command: ExecutableObservation? { observations.executables.first(where: \.isCommand) }
    private var isScratch: Bool { observations.base?.name == "scratch" }

    /// What is known to keep the command from starting; nil when nothing is.
    var failure: String? {
        // The runtime's own words say it.
        if isUserMissing { return nil }
        if let text = badList { return "the command is no list but a line of shell: \(Wording.clipped(text, 100))" }
        guard let command else { return isRefused ? "the command may not be executed" : nil }
        let path = Wording.safe(command.path)
        if !command.exists { return "\(path) is not in the image" }
        // A program for another machine wants another machine's libraries: that is not what is wrong with it.
        if case .elf(let elf)? = command.content {
            if elf.type == .relocatable { return "\(path) is an object file, not a program" }
            if elf.isCutOff { return "\(path) is cut off: the file ends before the program in it does" }
            if let machine = foreignMachine(elf) { return "\(path) is a program for another machine (\(machine))" }
        }
        if let interpreter = command.missingInterpreter {
            let name = Wording.clipped(interpreter, 100)
            return command.content?.isELF == true
                ? "\(path) cannot start: its loader \(name) is not in the image"
                : "\(path) cannot start: it is a script for \(name), which is not in the image"
        }
        if !command.missingLibraries.isEmpty {
            let names = command.missingLibraries.prefix(8).map { Wording.clipped($0, 60) }
            return "\(path) cannot start: \(Wording.list(names)) \(names.count == 1 ? "is" : "are") not in the image"
        }
        if command.mode & 0o111 == 0 { return "\(path) is not executable" }
        if isRefused, !user.isEmpty {
            return
                "the user \(Wording.clipped(user, 40)) may not execute \(path) (mode \(String(command.mode, radix: 8)))"
        }
        if isUnknownFormat { return "\(path) is no program that this machine can start" }
        return nil
    }

    var advice: String {
        if let text = badList {
            let why =
                text.unicodeScalars.contains { $0.value > 0x7F }
                ? "Its quotes are curly, as word processors make them" : Self.flaw(ofList: text)
            return "\(why): write \(suggestedCommand ?? "`CMD [\"/hello\"]`")."
        }
        if isUserMissing {
            return
                "`USER` names somebody that the image does not have: name one that it has, as `USER nobody`, or give a number, as `USER 1000`."
        }
        guard let command else { return moved ?? "Check that `CMD` names a program that is in the image." }
        let path = Wording.safe(command.path)
        if !command.exists {
            if command.path == ImagePath("/bin/sh") {
                return
                    "There is no shell in this image. Write the command as a list: \(suggestedCommand ?? "`CMD [\"/hello\"]`")."
            }
            return moved ?? "Is \(path) copied to that very place?"
        }
        if case .elf(let elf)? = command.content {
            if elf.type == .relocatable { return "It is compiled but not linked: leave out `-c`." }
            if elf.isCutOff {
                let line = cuttingLine.map { "Line \($0) of the Dockerfile" } ?? "Something"
                return
                    "\(line) leaves only a part of the program: put the whole file that the compiler made into the image."
            }
            if foreignMachine(elf) != nil { return "Compile it in the build, for the platform of the image." }
        }
        if command.missingInterpreter != nil, command.content?.isELF != true {
            return "Let `CMD` start the program itself, or use a base that has what the script needs."
        }
        if command.missingInterpreter != nil || !command.missingLibraries.isEmpty {
            return isScratch
                ? "`scratch` has no C library: compile with `gcc -static`, or use the plain base as the exercise asks."
                : "Compile with `gcc -static`, or use a base that has what the program needs."
        }
        if command.mode & 0o111 == 0 || isRefused {
            return "Use `COPY --chmod=755`, or `chmod 755` in the stage that makes it."
        }
        return moved ?? "Check that `CMD` names a program that is in the image."
    }

    /// Why what looks like a list is none.
    private static func flaw(ofList text: String) -> String {
        let text = text.filter { !$0.isWhitespace }
        if !text.hasSuffix("]") { return "The list has no `]` at its end" }
        if text.hasSuffix(",]") || text.contains(",,") || text.hasPrefix("[,") {
            return "The list has a comma too many"
        }
        if !text.contains("\"") { return "The words of a list need straight double quotes" }
        if text.filter({ $0 == "\"" }).count % 2 != 0 { return "The list has a double quote without its other one" }
        if text.contains("\"\"") { return "The words of a list need a comma between them" }
        return "A list needs straight double quotes around each word, and commas between them"
    }

    /// Whether the command is a program of which a part is missing.
    var isCutOff: Bool { if case .elf(let elf)? = command?.content { elf.isCutOff } else { false } }

    /// The line that is to blame for why the command does not start.
    var blamedLine: Int? { isCutOff ? cuttingLine ?? commandLine : commandLine }

    /// The line that made the program as it is, or changed it last.
    private var cuttingLine: Int? {
        let changes: [Origin.Relation] = [.made, .derived]
        return observations.ownCommand?.origin?.chain.first { changes.contains($0.relation) }?.line
    }

    /// The program, when it is a library that was put in a program's place.
    var library: String? {
        guard let command, case .elf(let elf)? = command.content, elf.type == .shared, elf.interpreter == nil,
            !elf.needed.isEmpty
        else { return nil }
        return Wording.safe(command.path)
    }

    /// What an exit status of a shell or a runtime says; nil for a program's own.
    func reason(ofStatus status: Int32) -> String? {
        // Who prints was found and started; the status is then its own, unless a shell complains.
        guard run.standardOutput.isEmpty || isRefused || errors.lowercased().contains("not found") else { return nil }
        return switch status {
        case 126: "the command was found but could not be executed (status 126)"
        case 127: "the command was not found (status 127)"
        default: nil
        }
    }

    // MARK: - The Dockerfile's own

    /// The line of the `CMD` or `ENTRYPOINT` that counts, or of the `USER` that cannot be.
    var commandLine: Int? {
        guard let graph = observations.graph else { return nil }
        let kind =
            isUserMissing
            ? "USER" : observations.config?.entrypoint.isEmpty == false ? "ENTRYPOINT" : "CMD"
        for stage in graph.finalChain {
            if let step = graph.stages[stage].steps.last(where: { $0.kind == kind }) { return step.line }
        }
        return nil
    }

    /// Whether the command is the base image's.
    var hasNoCommandOfItsOwn: Bool {
        guard let graph = observations.graph else { return false }
        return !graph.finalChain.contains { index in
            graph.stages[index].steps.contains { $0.kind == "CMD" || $0.kind == "ENTRYPOINT" }
        }
    }

    var lastStageLine: Int? { observations.graph?.finalLine }

    /// A command that starts the program that is in the image.
    var suggestedCommand: String? {
        guard let program else { return nil }
        return "`CMD [\"\(Wording.safe(program))\"]`"
    }

    // MARK: - Arguments

    /// Whether what was started is the arguments alone.
    var argumentsReplaceCommand: Bool {
        guard let config = observations.config else { return false }
        return !run.arguments.isEmpty && config.entrypoint.isEmpty && !isUserMissing
    }

    /// Whether the entry point is a line of shell: what follows it goes to the shell, not to the program.
    var dropsArguments: Bool {
        let words = observations.config?.entrypoint ?? []
        return !run.arguments.isEmpty && words.count == 3 && words[0].hasSuffix("sh") && words[1] == "-c"
    }

    var adviceForArguments: String? {
        guard let config = observations.config else { return nil }
        var words = config.entrypoint.isEmpty ? config.command : config.entrypoint
        if words.count == 3, words[0].hasSuffix("sh"), words[1] == "-c" {
            let line = words[2].split(separator: " ").map(String.init)
            let isPlain = words[2].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._- ".contains($0)) }
            words = isPlain ? Array(line.first == "exec" ? line.dropFirst() : line[...]) : []
        }
        if words.isEmpty { words = program.map { [$0.string] } ?? ["/program"] }
        let list = words.map { "\"\($0)\"" }.joined(separator: ", ")
        let suggested = "`ENTRYPOINT [\(Wording.clipped(list, 120))]`"
        if argumentsReplaceCommand {
            return "Arguments of `docker run` replace `CMD`, and `ENTRYPOINT` stays: write \(suggested) in its place."
        }
        return dropsArguments ? "An entry point in shell form hands no arguments on: write \(suggested)." : nil
    }

    // MARK: - Looking closer

    /// The one program that the submission put into the image.
    private var program: ImagePath? {
        let programs =
            observations.delta?.entries.filter { $0.content?.isELF == true && !$0.isHidden }.map(\.path) ?? []
        return programs.count == 1 ? programs.first : nil
    }

    /// The program is somewhere else than the command says.
    private var moved: String? {
        guard let program, let suggestedCommand else { return nil }
        return "The program in the image is \(Wording.safe(program)): write \(suggestedCommand)."
    }

    /// The text of a shell line that was meant as a list.
    private var badList: String? {
        let words = run.command
        guard words.count == 3, words[0].hasSuffix("sh"), words[1] == "-c" else { return nil }
        let text = words[2]
        guard text.hasPrefix("["), !text.hasPrefix("[ "), !text.hasPrefix("[[") else { return nil }
        return text.hasSuffix("]") || text.hasPrefix("[\"") ? text : nil
    }

    private var user: String { observations.config?.user ?? "" }

    /// Whether the image has no such user or group.
    private var isUserMissing: Bool {
        guard case .notStarted(let reason) = run.ending else { return false }
        return ["no user named", "no group named"].contains { reason.contains($0) }
    }

    private var errors: String { String(decoding: run.standardError.prefix(4096), as: UTF8.self) }

    /// What runtimes (crun, runc) and shells say of a program that this user may not execute.
    private var isRefused: Bool {
        if case .notStarted(let reason) = run.ending { return reason.lowercased().contains("permission denied") }
        return run.standardOutput.isEmpty && errors.lowercased().contains("permission denied")
    }

    private var isUnknownFormat: Bool {
        if case .notStarted(let reason) = run.ending { return reason.lowercased().contains("exec format error") }
        return run.standardOutput.isEmpty && errors.lowercased().contains("exec format error")
    }

    private func foreignMachine(_ elf: ELFSummary) -> String? {
        guard let own = ELFSummary.machine(ofArchitecture: observations.config?.architecture), own != elf.machine,
            !(own == "x86_64" && elf.machine == "i386")
        else { return nil }
        return elf.machine
    }
}
