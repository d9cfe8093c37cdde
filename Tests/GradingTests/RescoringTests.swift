import Checks
import Foundation
import Lessons
import Slides
import SystemPackage
import Testing

@testable import Grading

/// A changed rubric is applied to what was seen: nothing is built unless it asks for something that was not looked at.
@Suite struct RescoringTests {
    private let folder: TemporaryFolder
    private let engine = FakeWorld.engine()

    init() throws {
        folder = try TemporaryFolder()
        for (name, text) in [
            ("ann", "FROM plain\n# good"), ("bob", "FROM plain\n# broken"), ("dan", "FROM plain\n# on gcc"),
        ] {
            try folder.write(text, to: "class/\(name)/Dockerfile")
        }
    }

    private func submissions() throws -> [Submission] {
        var intake = Intake()
        try intake.add(folder.path.appending("class"))
        return intake.submissions
    }

    private func lesson(_ exercise: Exercise) -> Lesson {
        Lesson(id: "l", title: "L", deck: Deck(slides: []), exercises: [exercise])
    }

    private func journal() throws -> Journal { try Journal(folder: folder.path.appending("out").string) }

    private func grade(_ exercise: Exercise) async throws -> [GradedSubmission] {
        let examination = Examination(
            of: exercise, in: lesson(exercise), engine: engine, references: ReferenceImages(), secret: [])
        return await Batch(examination: examination, journal: try journal()).grade(try submissions())
    }

    private func known(_ exercise: Exercise) throws -> [Rescoring.Known?] {
        let rescoring = Rescoring(lesson: lesson(exercise), exercise: exercise, journal: try journal())
        return try submissions().map { rescoring.known($0) }
    }

    private func changed(_ change: (inout Rubric) -> Void) -> Exercise {
        var exercise = FakeWorld.exercise
        change(&exercise.rubric)
        return exercise
    }

    @Test func aChangedWeightIsAppliedWithoutABuild() async throws {
        let first = try await grade(FakeWorld.exercise)
        #expect(first.map(\.verdict.score) == [100, 0, 60])
        let builds = engine.builds
        let exercise = changed {
            $0.checks[1].points = 40
            $0.checks[4].points = 10
        }
        let known = try known(exercise)
        #expect(known.compactMap { $0?.graded.verdict.score } == [100, 0, 60])
        #expect(known.compactMap { $0 }.allSatisfy { $0.isChanged })
        #expect(known.compactMap { $0.flatMap { ScoreChange($0) } }.isEmpty)
        let second = try await grade(
            changed {
                $0.checks[3].points = 50
                $0.checks[4].points = 10
            })
        #expect(second.map(\.verdict.score) == [100, 0, 40])
        #expect(engine.builds == builds)
    }

    @Test func saysWhoChangesAndByHowMuch() async throws {
        _ = try await grade(FakeWorld.exercise)
        let known = try known(
            changed {
                $0.checks[3].points = 50
                $0.checks[4].points = 10
            })
        let changes = known.compactMap { $0.flatMap { ScoreChange($0) } }
        #expect(changes.map(\.id) == ["dan"])
        #expect(changes.map(\.difference) == [-20])
        #expect(changes.map(\.oldScore) == [60])
    }

    @Test func aChangedRuleIsAppliedWithoutABuild() async throws {
        _ = try await grade(FakeWorld.exercise)
        let builds = engine.builds
        let exercise = changed {
            $0.checks[4].kind = .run(RunRule(standardOutput: .trimmed("Goodbye")))
            $0.checks.append(CheckDefinition(id: "thin", kind: .added(LimitRule(maximum: 1)), points: 0))
        }
        #expect(try await grade(exercise).first?.verdict.verdict == .fail)
        #expect(engine.builds == builds)
    }

    @Test func whatWasNotLookedAtIsExamined() async throws {
        _ = try await grade(FakeWorld.exercise)
        let builds = engine.builds
        let exercise = changed {
            $0.checks.append(CheckDefinition(id: "mode", kind: .file(FileRule(path: "/hello", mode: 0o755)), points: 0))
        }
        #expect(try known(exercise).allSatisfy { $0 == nil })
        #expect(try await grade(exercise).first?.verdict.checks.last?.verdict == .pass)
        #expect(engine.builds > builds)
        // It is known now, and so is what was known before.
        #expect(try known(exercise).allSatisfy { $0?.isChanged == false })
        #expect(try known(FakeWorld.exercise).allSatisfy { $0 != nil })
    }

    /// What decides how something is looked at is asked anew; journals judged it an error.
    @Test func otherLimitsOfARunAndAnyNumberOfProgramsAreLookedAt() async throws {
        _ = try await grade(FakeWorld.exercise)
        let limited = changed { $0.checks[4].kind = .run(RunRule(limits: RunLimits(seconds: 2))) }
        #expect(try known(limited).allSatisfy { $0 == nil })
        let open = changed {
            $0.checks[3].kind = .imageDelta(ImageDeltaRule(allow: [ImageDeltaRule.Allowance(kind: .elf)]))
        }
        #expect(try known(open).allSatisfy { $0 == nil })
    }

    @Test func changedFilesLimitsAndBasesAreExamined() async throws {
        _ = try await grade(FakeWorld.exercise)
        var other = FakeWorld.exercise
        other.limits.memory = 1 << 28
        #expect(try known(other).allSatisfy { $0 == nil })
        other = FakeWorld.exercise
        other.bases = ["gcc"]
        #expect(try known(other).allSatisfy { $0 == nil })
        try folder.write("FROM plain\n# good, and more", to: "class/ann/Dockerfile")
        #expect(try known(FakeWorld.exercise).map { $0 != nil } == [false, true, true])
    }
}
