import Lessons
import Testing

@testable import Checks

/// What a failed check tells the learner to do, and on which line.
@Suite struct AdviceTests {
    /// `FROM gcc AS NAME` and `FROM NAME`: the last stage goes on from the compiler's.
    private static func descending(_ name: String) -> Observations {
        Samples.observations {
            $0.graph?.stages[0].name = name
            $0.graph?.stages[1].base = .stage(0)
            $0.graph?.stages[1].baseName = name
            $0.base = BaseObservation(name: "gcc", matching: ["gcc"])
            $0.sizes.final = 5000
        }
    }

    @Test func theFromOfTheLastStageIsTheOneToChange() {
        let observations = Self.descending("compiler")
        let base = Samples.judge(.finalBase(FinalBaseRule()), observations)
        #expect(base.verdict == .fail && base.line == 4)
        #expect(base.advice?.contains("write `FROM plain` there, and leave line 1 as it is") == true, "\(base)")
        #expect(Samples.judge(.size(SizeRule(than: .reference, percent: 10)), observations).line == 4)
    }

    @Test func aStageWithTheNameOfTheBaseIsToHaveAnother() {
        let base = Samples.judge(.finalBase(FinalBaseRule()), Self.descending("plain"))
        #expect(base.advice?.contains("your own stage of line 1") == true, "\(base)")
    }

    @Test(
        arguments: [
            ("Hello,\u{A0}world!", "expected a space, got U+00A0"), ("Hello, w\u{43E}rld!", "expected `o`, got U+043E"),
            ("Hello,\tworld!", "expected a space, got a tab"), ("Hello,  world!", "expected `w`, got a space"),
            ("Hello, world?", nil),
        ] as [(String, String?)])
    func whatTheEyeDoesNotSeeIsNamed(_ output: String, _ words: String?) {
        let result = Samples.judge(
            .run(RunRule(standardOutput: .trimmed("Hello, world!"))),
            Samples.observations { $0.runs[0].standardOutput = Array(output.utf8) })
        let line = result.evidence.first { $0.hasPrefix("the character there") }
        #expect(result.verdict == .fail)
        #expect((line == nil) == (words == nil) && line?.contains(words ?? "") != false, "\(result.evidence)")
    }

    @Test(arguments: [
        (#"["/hello",]"#, "a comma too many"), (#"["/hello""#, "no `]`"), ("[/hello]", "straight double quotes"),
        (#"["/hello" "-n"]"#, "a comma between"), (#"["/hello, "-n"]"#, "without its other one"),
        ("[\u{201C}/hello\u{201D}]", "curly"),
    ])
    func whyAListIsNoneIsSaid(_ text: String, _ words: String) {
        let result = Samples.judge(
            .run(RunRule(standardOutput: .trimmed("Hello, world!"))),
            Samples.observations {
                $0.runs[0].command = ["/bin/sh", "-c", text]
                $0.runs[0].ending = .exited(127)
                $0.runs[0].standardOutput = []
            })
        #expect(result.verdict == .fail && result.advice?.contains(words) == true, "\(result)")
    }

    /// Whatever a rubric requires, or does not.
    @Test func whatWasNeverBuiltPassesNothing() {
        let rubric = Rubric(
            points: 10, checks: [CheckDefinition(id: "it", kind: .finalBase(FinalBaseRule()), points: 10)])
        #expect(Judge(rubric).judge(Samples.observations()).verdict == .pass)
        let failed = Samples.observations { $0.build = .failed(.init(id: "x", message: "it failed")) }
        #expect(Judge(rubric).judge(failed).verdict == .fail)
    }
}
