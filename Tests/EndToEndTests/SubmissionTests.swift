import Foundation
import Testing

/// Submissions of every kind, graded by the real engine: each is a folder with its files, its verdict and the reason.
@Suite(.serialized) struct SubmissionTests {
    /// The repository's own lesson.
    private static let lesson: String = {
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        return folder.appendingPathComponent("Lessons/multi-stage-builds").path
    }()

    static let cases = SubmissionCase.all(in: "multi-stage")
    private static let fixtures = Bundle.module.resourceURL?.appendingPathComponent("Fixtures/verdicts").path ?? ""

    @Test func thereAreEnough() {
        #expect(Self.cases.count > 200)
        #expect(Self.cases.allSatisfy { !$0.expected.why.isEmpty })
    }

    @Test func verdictsAreFair() throws {
        let room = try GradedClass.Room()
        let graded = try GradedClass(Self.cases, lesson: Self.lesson, in: room)
        for one in Self.cases {
            withKnownName(one) { try graded.expect(one) }
        }
        // The same files, at another place, in another zone and language, with another mask and another cache state: the
        // same words.
        let few = Self.cases.enumerated().filter { $0.offset % 9 == 0 }.map(\.element)
        let again = try GradedClass(
            few, lesson: Self.lesson, in: room, folder: "else where/\u{E9}",
            environment: ["TZ": "Asia/Kathmandu", "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "HOME": "/nowhere"])
        for one in few { #expect(again.documents[one.name] == graded.documents[one.name]) }
    }

    /// Runs the comparison of one case and says which one it was when it does not hold.
    private func withKnownName(_ one: SubmissionCase, _ body: () throws -> Void) {
        do {
            try body()
        } catch {
            Issue.record("\(one.name): \(error)")
        }
    }

    @Test func everyKindOfCheckIsFair() throws {
        let room = try GradedClass.Room()
        for exercise in ["files", "config", "program", "cached"] {
            let cases = SubmissionCase.all(in: "kinds/cases/\(exercise)")
            #expect(cases.count >= 3)
            let graded = try GradedClass(
                cases, lesson: "\(Self.fixtures)/kinds", exercise: exercise, in: room, folder: "class-\(exercise)")
            for one in cases { withKnownName(one) { try graded.expect(one) } }
        }
    }
}
