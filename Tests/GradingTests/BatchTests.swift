import Checks
import Foundation
import Lessons
import Slides
import SystemPackage
import Testing

@testable import Grading

@Suite struct BatchTests {
    private let folder: TemporaryFolder
    private let engine = FakeWorld.engine()

    init() throws {
        folder = try TemporaryFolder()
        for (name, text) in [
            ("ann", "FROM plain\n# good"), ("bob", "FROM plain\n# broken"), ("cleo", "FROM plain\n# elsewhere"),
            ("dan", "FROM plain\n# on gcc"),
        ] {
            try folder.write(text, to: "class/\(name)/Dockerfile")
        }
        try folder.write("no Dockerfile", to: "class/eve/notes.txt")
    }

    private var batch: Batch {
        let lesson = Lesson(id: "l", title: "L", deck: Deck(slides: []), exercises: [FakeWorld.exercise])
        return Batch(
            examination: Examination(
                of: FakeWorld.exercise, in: lesson, engine: engine, references: ReferenceImages(), secret: []), jobs: 2)
    }

    private func submissions() throws -> [Submission] {
        var intake = Intake()
        try intake.add(folder.path.appending("class"))
        return intake.submissions
    }

    @Test func oneBadSubmissionStopsNobody() async throws {
        let graded = await batch.grade(try submissions())
        #expect(graded.map(\.id) == ["ann", "bob", "cleo", "dan", "eve"])
        #expect(graded.map(\.verdict.verdict) == [.pass, .fail, .error, .fail, .error])
        #expect(engine.most <= 2)
        let summary = GradeReport.Summary(graded)
        #expect(summary.total == 5)
        #expect(summary.pass == 1)
        #expect(summary.fail == 2)
        #expect(summary.error == 2)
    }

    @Test func goesOnWhereItWasCutOff() async throws {
        var batch = batch
        batch.journal = try Journal(folder: folder.path.appending("out").string)
        let first = await batch.grade(try submissions())
        let builds = engine.builds
        let second = await batch.grade(try submissions())
        #expect(second == first)
        // Only what could not be judged is looked at again, and of those only one gets as far as a build.
        #expect(engine.builds == builds + 1)
        try folder.write("FROM plain\n# good", to: "class/bob/Dockerfile")
        let third = await batch.grade(try submissions())
        #expect(third.first { $0.id == "bob" }?.verdict.verdict == .pass)
    }

    @Test func anEntryIsTheSubmissionAndItsVerdictInOneObject() async throws {
        let graded = await batch.grade(Array(try submissions().prefix(1)))
        let report = GradeReport(lesson: "l", exercise: "two", started: "a", finished: "b", submissions: graded)
        let data = try JSONEncoder().encode(report)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let entry = try #require((object["submissions"] as? [[String: Any]])?.first)
        for key in ["id", "path", "lesson", "exercise", "verdict", "score", "checks", "integrity", "sizes"] {
            #expect(entry[key] != nil, "\(key)")
        }
        #expect(Set((object["summary"] as? [String: Any] ?? [:]).keys) == ["total", "pass", "fail", "error"])
        #expect(try JSONDecoder().decode(GradeReport.self, from: data) == report)
    }

    @Test func aTableHasARowForEachAndIsNoFormula() async throws {
        var graded = await batch.grade(Array(try submissions().prefix(2)))
        graded[0].id = "=cmd|' /C calc'!A0"
        graded[1].id = "\u{1B}[31mred"
        let table = ReportTable(
            GradeReport(lesson: "l", exercise: "two", started: "", finished: "", submissions: graded))
        #expect(table.header == ["submission", "verdict", "score", "built", "stages", "base", "only", "runs"])
        #expect(table.text.split(separator: "\n").count == 3)
        #expect(!table.text.contains("\u{1B}"))
        #expect(!table.csv.contains("\n="))
    }
}
