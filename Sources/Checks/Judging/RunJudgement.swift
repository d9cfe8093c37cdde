import Lessons

/// What the image's own command did, and why it did not do better.
enum RunJudgement {
    static func judge(_ rule: RunRule, _ observations: Observations) -> Finding {
        let run = observations.runs.first {
            $0.arguments == rule.arguments && $0.standardInput == rule.standardInput
        }
        guard let run else { return .unobserved }
        let evidence = self.evidence(run)
        switch run.ending {
        case .fault(let reason):
            return .error(
                "the image could not be run here: \(Wording.clipped(reason, 300))",
                advice: "This is not your doing. `lesson doctor` says what is missing.")
        case .noCommand:
            return .fail(
                "the image has neither CMD nor ENTRYPOINT", advice: "End the last stage with `CMD` and the program.")
        case .notStarted(let reason):
            return .fail(
                startFailure(run, observations) ?? Wording.clipped(reason, 300), evidence: evidence,
                advice: startAdvice(run, observations))
        case .tooLong:
            return .fail(
                "did not end within \(run.seconds) s", evidence: evidence,
                advice: "The program must end by itself: does it wait for input, or loop for ever?")
        case .tooMuchOutput:
            return .fail(
                "printed more than \(Wording.bytes(run.outputLimit))", evidence: evidence,
                advice: "The program must print the expected text once.")
        case .limit(let words):
            return .fail(Wording.clipped(words, 200), evidence: evidence, advice: "The program takes more than it may.")
        case .signalled(let signal):
            return .fail(
                "killed by \(name(signal))", evidence: evidence,
                advice: signal == 11
                    ? "The program crashed (segmentation fault): look at how it uses memory." : "The program crashed.")
        case .exited(let status): return exited(status, rule, run, observations, evidence)
        }
    }

    private static func exited(
        _ status: Int32, _ rule: RunRule, _ run: RunObservation, _ observations: Observations, _ evidence: [String]
    ) -> Finding {
        let printed = run.standardOutput.isEmpty ? "nothing" : Wording.quoted(run.standardOutput)
        if status != rule.exitStatus, [126, 127].contains(status) || startFailure(run, observations) != nil {
            return .fail(
                startFailure(run, observations) ?? exitReason(status), evidence: evidence,
                advice: startAdvice(run, observations))
        }
        if let expected = rule.standardOutput, !expected.matches(run.standardOutput) {
            return .fail(
                "printed \(printed)" + (status == rule.exitStatus ? "" : " and ended with status \(status)"),
                evidence: evidence + difference(expected, run.standardOutput),
                advice: "It should print \(Expectation.expected(expected)), it printed \(printed).")
        }
        if let expected = rule.standardError, !expected.matches(run.standardError) {
            return .fail(
                "printed \(Wording.quoted(run.standardError)) on standard error", evidence: evidence,
                advice: "It should print \(Expectation.expected(expected)) on standard error.")
        }
        guard status == rule.exitStatus else {
            return .fail(
                "printed \(printed) and ended with status \(status)\(hint(status))", evidence: evidence,
                advice: "The program must end with status \(rule.exitStatus): `return \(rule.exitStatus);` in `main`.")
        }
        return .pass("printed \(printed)", evidence: evidence)
    }

    // MARK: - What kept it from starting

    private static func startFailure(_ run: RunObservation, _ observations: Observations) -> String? {
        guard let command = observations.executables.first(where: \.isCommand) else { return nil }
        let path = Wording.safe(command.path)
        if !command.exists { return "\(path) is not in the image" }
        if let interpreter = command.missingInterpreter {
            return "\(path) cannot start: its loader \(Wording.clipped(interpreter, 100)) is not in the image"
        }
        if !command.missingLibraries.isEmpty {
            let names = command.missingLibraries.prefix(8).map { Wording.clipped($0, 60) }
            return "\(path) cannot start: \(Wording.list(names)) \(names.count == 1 ? "is" : "are") not in the image"
        }
        if command.mode & 0o111 == 0 { return "\(path) is not executable" }
        if case .elf(let elf)? = command.content, elf.type == .relocatable {
            return "\(path) is an object file, not a program"
        }
        return nil
    }

    private static func startAdvice(_ run: RunObservation, _ observations: Observations) -> String? {
        guard let command = observations.executables.first(where: \.isCommand) else {
            return "Check that `CMD` names a program that is in the image."
        }
        let isScratch = observations.base?.name == "scratch"
        if !command.exists {
            return command.path == ImagePath("/bin/sh")
                ? "There is no shell in this image. Write the command as a list: `CMD [\"/hello\"]`."
                : "Is \(Wording.safe(command.path)) copied to that very place?"
        }
        if command.missingInterpreter != nil || !command.missingLibraries.isEmpty {
            return isScratch
                ? "`scratch` has no C library: compile with `gcc -static`, or use the plain base as the exercise asks."
                : "Compile with `gcc -static`, or use a base that has what the program needs."
        }
        if command.mode & 0o111 == 0 { return "Use `COPY --chmod=755`, or `chmod +x` in the stage that makes it." }
        return "Check that `CMD` names a program that is in the image."
    }

    private static func exitReason(_ status: Int32) -> String {
        switch status {
        case 126: "the command was found but could not be executed (status 126)"
        case 127: "the command was not found (status 127)"
        default: "ended with status \(status)\(hint(status))"
        }
    }

    private static func hint(_ status: Int32) -> String {
        guard status > 128, status < 160 else { return "" }
        return " (\(name(status - 128)))"
    }

    private static func name(_ signal: Int32) -> String {
        switch signal {
        case 4: "SIGILL (an instruction this processor does not have)"
        case 6: "SIGABRT (the program gave up)"
        case 8: "SIGFPE (a division by zero)"
        case 9: "SIGKILL (out of memory?)"
        case 11: "SIGSEGV (segmentation fault)"
        case 13: "SIGPIPE"
        case 15: "SIGTERM"
        default: "signal \(signal)"
        }
    }

    private static func evidence(_ run: RunObservation) -> [String] {
        var lines: [String] = []
        if !run.command.isEmpty {
            lines.append("started: " + Wording.clipped(run.command.joined(separator: " "), 160))
        }
        if !run.standardOutput.isEmpty { lines.append("standard output: " + Wording.quoted(run.standardOutput)) }
        if !run.standardError.isEmpty { lines.append("standard error: " + Wording.quoted(run.standardError)) }
        return lines
    }

    /// Where two texts part, white space made visible.
    private static func difference(_ expected: TextExpectation, _ output: [UInt8]) -> [String] {
        let wanted: [UInt8]
        switch expected {
        case .exactly(let text), .trimmed(let text): wanted = Array(text.utf8)
        case .contains, .glob: return []
        }
        guard !output.isEmpty else { return [] }
        let common = zip(wanted, output).prefix { $0 == $1 }.count
        guard common < max(wanted.count, output.count) else { return [] }
        func rest(_ bytes: [UInt8]) -> String {
            bytes.count > common ? Wording.quoted(Array(bytes[common...]), limit: 40) : "the end"
        }
        return ["they part at byte \(common + 1): expected \(rest(wanted)), got \(rest(output))"]
    }
}
