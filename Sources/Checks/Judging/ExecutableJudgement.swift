import Lessons

/// Whether a program of the image is an ELF file as wanted, and has all it needs to start.
enum ExecutableJudgement {
    static func judge(_ rule: ExecutableRule, _ observations: Observations) -> Finding {
        guard let executable = subject(rule, observations) else {
            return .fail(
                rule.path.map { "`\($0)` is not in the image" } ?? "no compiled program was found",
                advice: "Copy the compiled program into the last stage.")
        }
        let name = Wording.safe(executable.path)
        guard executable.exists, let content = executable.content else {
            return .fail("\(name) is not in the image", advice: "Copy \(name) into the last stage.")
        }
        guard case .elf(let elf) = content else {
            return .fail("\(name) is \(content.phrase)", advice: "\(name) must be a compiled program.")
        }
        var wrong: [String] = []
        var advice: String?
        if elf.type != .executable, elf.type != .shared { wrong.append("it is no executable but \(elf.type.rawValue)") }
        let machine = rule.machine ?? ELFSummary.machine(ofArchitecture: observations.config?.architecture)
        if let machine, elf.machine != machine {
            wrong.append("it is for \(elf.machine), not \(machine)")
            advice = advice ?? "Compile it in the build, for the platform of the image."
        }
        if let linkage = rule.linkage, (linkage == .static) != elf.isStatic {
            wrong.append(elf.isStatic ? "it is statically linked" : "it is dynamically linked")
            advice = advice ?? (linkage == .static ? "Compile with `gcc -static`." : "Compile without `-static`.")
        }
        if rule.isResolved {
            if let interpreter = executable.missingInterpreter {
                wrong.append("its loader \(Wording.clipped(interpreter, 100)) is not in the image")
                advice = advice ?? "Compile with `gcc -static`, or use a base that has a C library."
            }
            if !executable.missingLibraries.isEmpty {
                let names = executable.missingLibraries.prefix(8).map { Wording.clipped($0, 60) }
                wrong.append("\(Wording.list(names)) \(names.count == 1 ? "is" : "are") not in the image")
                advice = advice ?? "Compile with `gcc -static`, or bring the libraries along."
            }
        }
        if let isStripped = rule.isStripped, isStripped != elf.isStripped {
            wrong.append(elf.isStripped ? "it is stripped" : "it is not stripped")
            advice = advice ?? (isStripped ? "Run `strip` on it before you copy it." : "Leave out `strip`.")
        }
        if let mode = rule.mode, mode != executable.mode {
            wrong.append("its mode is \(String(executable.mode, radix: 8))")
            advice = advice ?? "Use `COPY --chmod=\(String(mode, radix: 8))`."
        } else if executable.mode & 0o111 == 0 {
            wrong.append("it is not executable (mode \(String(executable.mode, radix: 8)))")
            advice = advice ?? "Use `COPY --chmod=755`."
        }
        let facts =
            [
                "\(name): ELF for \(elf.machine), \(elf.isStatic ? "static" : "dynamic"), \(elf.isStripped ? "stripped" : "with symbols")"
            ]
            + (elf.needed.isEmpty
                ? [] : ["needs " + Wording.list(elf.needed.prefix(8).map { Wording.clipped($0, 60) })])
        return wrong.isEmpty
            ? .pass("\(name) is as wanted", evidence: facts)
            : .fail("\(name): " + wrong.joined(separator: "; "), evidence: facts, advice: advice)
    }

    private static func subject(_ rule: ExecutableRule, _ observations: Observations) -> ExecutableObservation? {
        if let path = rule.path {
            return observations.executables.first { $0.path == ImagePath(path) }
        }
        let elves = observations.executables.filter { $0.content?.isELF == true }
        return elves.first { $0.isCommand } ?? elves.first ?? observations.executables.first { $0.isCommand }
    }
}
