import Dockerfile
import Lessons

/// What the image's own command did, and why it did not do better.
enum RunJudgement {
    static func judge(_ rule: RunRule, _ observations: Observations) -> Finding {
        let run = observations.runs.first {
            $0.arguments == rule.arguments && $0.standardInput == rule.standardInput && $0.asked == rule.limits
        }
        guard let run else { return .unobserved }
        let evidence = self.evidence(run)
        let start = StartDiagnosis(run, observations)
        switch run.ending {
        case .fault(let reason):
            return .error(
                "the image could not be run here: \(Wording.clipped(reason, 300))",
                advice: "This is not your doing. `lesson doctor` says what is missing.")
        case .noCommand:
            return .fail(
                "the image has neither CMD nor ENTRYPOINT",
                advice: "End the last stage with \(start.suggestedCommand ?? "`CMD` and the program").",
                line: start.lastStageLine)
        case .notStarted(let reason):
            if let finding = replaced(run, start, evidence) { return finding }
            return .fail(
                start.failure ?? Wording.clipped(reason, 300), evidence: evidence, advice: start.advice,
                line: start.blamedLine)
        case .tooLong:
            return .fail(
                "did not end within \(run.seconds) s", evidence: evidence,
                advice: "The program must end by itself: does it wait for input, or loop for ever?")
        case .tooMuchOutput:
            return .fail(
                "printed more than \(Wording.bytes(run.outputLimit))", evidence: evidence,
                advice: "The program must print the expected text once: does it print in a loop that never ends?")
        case .limit(let words):
            return .fail(
                Wording.clipped(words, 200), evidence: evidence,
                advice: "The program asks for more than it may: does it take memory or start programs in a loop?")
        case .signalled where start.isCutOff && start.failure != nil:
            return .fail(start.failure ?? "", evidence: evidence, advice: start.advice, line: start.blamedLine)
        case .signalled(let signal): return crashed(signal, run, start, evidence)
        case .exited(let status): return exited(status, rule, run, start, evidence)
        }
    }

    private static func exited(
        _ status: Int32, _ rule: RunRule, _ run: RunObservation, _ start: StartDiagnosis, _ evidence: [String]
    ) -> Finding {
        let isAsExpected = status == rule.exitStatus
        if !isAsExpected, [126, 127].contains(status), run.standardOutput.isEmpty,
            let finding = replaced(run, start, evidence)
        {
            return finding
        }
        if !isAsExpected, let failure = start.failure {
            return .fail(failure, evidence: evidence, advice: start.advice, line: start.blamedLine)
        }
        if !isAsExpected, let reason = start.reason(ofStatus: status) {
            return .fail(reason, evidence: evidence, advice: start.advice, line: start.commandLine)
        }
        if !isAsExpected, let signal = ProcessSignal(status: status) {
            return crashed(signal.number, run, start, evidence)
        }
        let printed = run.standardOutput.isEmpty ? "nothing" : Wording.quoted(run.standardOutput)
        if let expected = rule.standardOutput, !expected.matches(run.standardOutput) {
            let wanted = Expectation.expected(expected)
            var advice = "It should print \(wanted), it printed \(printed)."
            var line: Int?
            if let words = start.adviceForArguments, start.dropsArguments {
                advice = words
                line = start.commandLine
            } else if expected.matches(run.standardError) {
                advice = "It prints \(wanted) on standard error: print it on standard output, with `puts` or `printf`."
            } else if run.standardOutput.isEmpty, start.hasNoCommandOfItsOwn {
                advice =
                    "The last stage has no `CMD`, so the base's own command runs: end it with \(start.suggestedCommand ?? "`CMD` and the program")."
                line = start.lastStageLine
            }
            return .fail(
                "printed \(printed)" + (isAsExpected ? "" : " and ended with status \(status)"),
                evidence: evidence + difference(expected, run.standardOutput), advice: advice, line: line)
        }
        if let expected = rule.standardError, !expected.matches(run.standardError) {
            return .fail(
                "printed \(Wording.quoted(run.standardError)) on standard error", evidence: evidence,
                advice: "It should print \(Expectation.expected(expected)) on standard error.")
        }
        guard isAsExpected else {
            return .fail(
                "printed \(printed) and ended with status \(status)", evidence: evidence,
                advice: "The program must end with status \(rule.exitStatus): `return \(rule.exitStatus);` in `main`.")
        }
        return .pass("printed \(printed)", evidence: evidence)
    }

    /// Arguments that stand in the place of `CMD`, and are no program.
    private static func replaced(_ run: RunObservation, _ start: StartDiagnosis, _ evidence: [String]) -> Finding? {
        guard let first = run.arguments.first, start.argumentsReplaceCommand, let advice = start.adviceForArguments
        else {
            return nil
        }
        return .fail(
            "the arguments took the place of `CMD`, and `\(Wording.clipped(first, 60))` is no program that can be started",
            evidence: evidence, advice: advice, line: start.commandLine)
    }

    private static func crashed(
        _ number: Int32, _ run: RunObservation, _ start: StartDiagnosis, _ evidence: [String]
    ) -> Finding {
        let signal = ProcessSignal(number)
        let printed = run.standardOutput.isEmpty ? "" : "printed \(Wording.quoted(run.standardOutput)), then "
        return .fail(
            "\(printed)was ended by \(signal.words) (status \(128 + number))", evidence: evidence,
            advice: start.library.map { "\($0) is a library, not a program: compile it without `-shared`." }
                ?? signal.advice)
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
        let place = "they part at byte \(common + 1): expected \(rest(wanted)), got \(rest(output))"
        return [place] + lookAlikes(wanted, output, from: common)
    }

    /// What the eye does not see: a character that is not the one it looks like, and white space.
    private static func lookAlikes(_ wanted: [UInt8], _ output: [UInt8], from place: Int) -> [String] {
        // From the beginning of the character, if they part inside of one.
        func scalar(_ bytes: [UInt8]) -> Unicode.Scalar? {
            var start = place
            while start > 0, start < bytes.count, bytes[start] & 0xC0 == 0x80 { start -= 1 }
            guard start < bytes.count else { return nil }
            return String(decoding: bytes[start...].prefix(4), as: UTF8.self).unicodeScalars.first
        }
        func code(_ scalar: Unicode.Scalar?) -> String {
            guard let scalar else { return "the end" }
            let named: [UInt32: String] = [
                0x20: "a space", 0x0A: "a line end", 0x09: "a tab", 0x0D: "a carriage return",
            ]
            if let name = named[scalar.value] { return name }
            return scalar.value < 0x7F && scalar.value > 0x20 ? "`\(Character(scalar))`" : PastedText.code(scalar)
        }
        let (left, right) = (scalar(wanted), scalar(output))
        let isHidden = [left, right].contains { $0.map { $0.value > 0x7E || $0.value <= 0x20 } ?? false }
        guard isHidden else { return [] }
        let foreign = (right?.value ?? 0) > 0x7E && (left?.value ?? 0xFF) <= 0x7E
        return [
            "the character there: expected \(code(left)), got \(code(right))"
                + (foreign ? ", which only looks like it: type it again in the source" : "")
        ]
    }
}
