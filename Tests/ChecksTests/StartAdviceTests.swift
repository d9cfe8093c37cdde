import Lessons
import Testing

@testable import Checks

private typealias S = Samples

/// An advice that is followed has to help.
@Suite struct StartAdviceTests {
    private func run(_ config: ConfigObservation, _ ending: RunObservation.Ending, _ output: String = "") -> CheckResult
    {
        S.judge(
            .run(RunRule(arguments: ["-n"], standardOutput: .trimmed("1"))),
            S.observations {
                $0.config = config
                $0.runs = [RunObservation(arguments: ["-n"], command: ["-n"], ending: ending)]
                $0.runs[0].standardOutput = Array(output.utf8)
            })
    }

    @Test(arguments: [
        (["/app/hello"], "`ENTRYPOINT [\"/app/hello\"]`"),
        (["/app/hello", "-x"], "`ENTRYPOINT [\"/app/hello\", \"-x\"]`"),
        (["/bin/sh", "-c", "exec /app/hello"], "`ENTRYPOINT [\"/app/hello\"]`"),
        (["/bin/sh", "-c", "/hello | cat"], "`ENTRYPOINT [\"/hello\"]`"),
    ])
    func argumentsReplaceTheCommand(_ command: [String], _ advice: String) {
        for ending in [RunObservation.Ending.notStarted("exec: \"-n\": executable file not found"), .exited(127)] {
            let result = run(ConfigObservation(command: command), ending)
            #expect(result.actual.contains("took the place of `CMD`"), "\(result)")
            #expect(result.advice?.contains(advice) == true, "\(result)")
            #expect(result.advice?.contains("replace `CMD`") == true)
            #expect(result.line == 6)
        }
    }

    @Test func whatIsNotToBlameOnArguments() {
        let missing = run(ConfigObservation(user: "bob", command: ["/hello"]), .notStarted("no user named 'bob'"))
        #expect(missing.advice?.contains("USER") == true)
        let other = run(ConfigObservation(entrypoint: ["/hello"]), .exited(0), "2")
        #expect(other.advice == "It should print \"1\", it printed \"2\".")
        let dropped = run(ConfigObservation(entrypoint: ["/bin/sh", "-c", "/hello"]), .exited(0), "2")
        #expect(dropped.advice?.contains("hands no arguments on: write `ENTRYPOINT [\"/hello\"]`") == true)
    }

    @Test func theLinterIsQuotedWithItsPlace() {
        let lint = LintObservation(
            rule: "StageNameCasing", message: "Stage name 'Compiler' should be lowercase", hint: "write compiler",
            line: 1)
        let result = S.judge(.lint(LintRule()), S.observations { $0.lint = [lint] })
        #expect(
            result.advice
                == "Dockerfile:1 (`FROM gcc AS compiler`): Stage name 'Compiler' should be lowercase: write compiler")
        #expect(result.evidence == ["Dockerfile:1: Stage name 'Compiler' should be lowercase [StageNameCasing]"])
        let step = LintObservation(rule: "X", message: "m", line: 5)
        #expect(
            S.judge(.lint(LintRule()), S.observations { $0.lint = [step] }).advice
                == "Dockerfile:5 (`COPY --from=compiler /hello /hello`): m")
        let nowhere = LintObservation(rule: "X", message: "m")
        #expect(S.judge(.lint(LintRule()), S.observations { $0.lint = [nowhere] }).advice == "m")
    }
}
