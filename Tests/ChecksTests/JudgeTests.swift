import Foundation
import Lessons
import Testing

@testable import Checks

private typealias S = Samples

@Suite struct JudgeTests {
    static let rubric = Rubric(
        points: 100,
        checks: [
            CheckDefinition(id: "built", kind: .builds, points: 10, isRequired: true, isGate: true),
            CheckDefinition(
                id: "named", kind: .stageName(StageNameRule(name: "compiler")), points: 20, needs: ["built"]),
            CheckDefinition(
                id: "runs", kind: .run(RunRule(standardOutput: .trimmed("Hello, world!"))), points: 70,
                isRequired: true, needs: ["built"]),
        ],
        integrity: [
            IntegrityDefinition(id: "source", kind: .substitution(SubstitutionRule(text: "x")), needs: ["built"])
        ])

    @Test func everythingRightIsAPass() {
        let verdict = Judge(Self.rubric).judge(S.observations())
        #expect(verdict.verdict == .pass)
        #expect(verdict.score == 100)
        #expect(verdict.maxScore == 100)
        #expect(verdict.advice.isEmpty)
        #expect(verdict.integrity.map(\.verdict) == [.ok])
        #expect(verdict.cachedSteps == 2)
    }

    @Test func whatIsNotRequiredCostsPointsOnly() {
        let verdict = Judge(Self.rubric).judge(S.observations { $0.graph?.stages[0].name = nil })
        #expect(verdict.verdict == .pass)
        #expect(verdict.score == 80)
        #expect(verdict.advice.count == 1)
    }

    @Test func withoutAnImageTheRestIsSkipped() {
        let verdict = Judge(Self.rubric).judge(
            S.observations { $0.build = .failed(.init(id: "x", message: "no", line: 3)) })
        #expect(verdict.verdict == .fail)
        #expect(verdict.score == 0)
        #expect(verdict.checks.map(\.verdict) == [.fail, .skipped, .skipped])
        #expect(verdict.integrity.map(\.verdict) == [.skipped])
        #expect(verdict.checks[0].line == 3)
        #expect(verdict.countsAsAttempt)
    }

    @Test func ourFaultIsAnErrorAndNoAttempt() {
        let fault = Ungradable(.baseNotOffered, message: "no base", remedy: "use debian")
        let verdict = Judge(Self.rubric).judge(S.observations { $0.build = .impossible(fault) })
        #expect(verdict.verdict == .error)
        #expect(verdict.score == 0)
        #expect(verdict.checks.map(\.verdict) == [.error, .skipped, .skipped])
        #expect(verdict.error == fault)
        #expect(!verdict.countsAsAttempt)
    }

    @Test func aCheckThatCouldNotRunIsNeverAPassNorAFailure() {
        let verdict = Judge(Self.rubric).judge(S.observations { $0.runs[0].ending = .fault("no sandbox") })
        #expect(verdict.verdict == .error)
        #expect(verdict.error?.reason == .fault)
    }

    @Test func whatIsNeededMostIsFixedFirst() {
        let verdict = Judge(Self.rubric).judge(
            S.observations {
                $0.graph?.stages[0].name = nil
                $0.runs[0].standardOutput = []
            })
        #expect(verdict.verdict == .fail)
        #expect(verdict.advice.first?.contains("Hello, world!") == true)
        #expect(verdict.advice.count == 2)
    }

    @Test(
        arguments: [
            (SubstitutionObservation.Outcome.printed, nil, IntegrityResult.Outcome.ok),
            (.embedded, nil, .ok), (.unchanged, nil, .flagged), (.noSources, nil, .review),
            (.printed, "hello", .review), (.rebuildFailed("x"), nil, .review), (.printedBeside, nil, .flagged),
            (.printedBeside, "hello", .flagged), (.printedAfterFailure, nil, .review),
            (.unchanged, "hello", .flagged), (.inlineSource(line: 2), nil, .review),
            (.otherSource("`hello.cc`"), nil, .review), (.noProgram, nil, .skipped),
            (.noCanary("`hello.s`"), nil, .review), (.printedByCommand, nil, .review),
            (.printedInBuild, nil, .review), (.nothingPrinted, nil, .skipped),
        ] as [(SubstitutionObservation.Outcome, String?, IntegrityResult.Outcome)])
    func integrity(_ outcome: SubstitutionObservation.Outcome, _ same: String?, _ expected: IntegrityResult.Outcome) {
        let verdict = Judge(Self.rubric).judge(
            S.observations {
                $0.substitution = SubstitutionObservation(
                    outcome: outcome, replaced: ["hello.c"], sameAsContextFile: same)
            })
        #expect(verdict.integrity[0].verdict == expected)
        #expect(verdict.verdict == (expected == .flagged ? .fail : .pass))
        #expect(verdict.score == 100)
        // Who is flagged is told what to do; nobody else is.
        #expect(verdict.advice.isEmpty == (expected != .flagged))
    }

    /// Each check says why it matters, also where the lesson does not.
    @Test func whyItMattersIsSaidInAnyCase() {
        let verdict = Judge(Self.rubric).judge(S.observations())
        #expect(verdict.checks.allSatisfy { $0.why?.isEmpty == false })
        var rubric = Self.rubric
        rubric.checks[0].why = "the lesson's own words"
        #expect(Judge(rubric).judge(S.observations()).checks[0].why == "the lesson's own words")
    }

    @Test func theDocumentHasTheKeysThatScriptsRelyOn() throws {
        let data = try JSONEncoder().encode(Judge(Self.rubric).judge(S.observations { $0.sizes = Sizes(final: 3) }))
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        for key in [
            "lesson", "exercise", "verdict", "score", "maxScore", "checks", "integrity", "sizes", "seconds",
            "cachedSteps", "totalSteps",
        ] { #expect(object[key] != nil, "\(key)") }
        let sizes = try #require(object["sizes"] as? [String: Any])
        #expect(Set(sizes.keys) == ["base", "singleStage", "final", "addedOverBase"])
        #expect(sizes["base"] is NSNull)
        let check = try #require((object["checks"] as? [[String: Any]])?.first)
        for key in ["id", "kind", "verdict", "weight", "expected", "actual", "evidence"] {
            #expect(check[key] != nil, "\(key)")
        }
        #expect(try JSONDecoder().decode(Verdict.self, from: data).score == 100)
    }

    @Test func observationsSurviveBeingStored() throws {
        let observations = S.observations {
            $0.delta = S.delta([[S.file("/hello"), S.entry("/x", .whiteout)]])
            $0.files = [FileObservation(path: ImagePath(bytes: [0x2F, 0xFF, 0x61]))]
        }
        let data = try JSONEncoder().encode(observations)
        let back = try JSONDecoder().decode(Observations.self, from: data)
        #expect(back == observations)
        #expect(Judge(Self.rubric).judge(back) == Judge(Self.rubric).judge(observations))
    }
}
