import Checks
import Diagnostics
import Lessons
import Slides
import SystemPackage
import Testing

@testable import Grading

@Suite struct LessonProofTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// An exercise whose files are Dockerfiles that the fake engine knows words of; nil for none.
    private func prove(starter: String?, solution: String?) async throws -> ExerciseProof {
        func files(_ text: String?) -> [StarterFile]? {
            text.map { [StarterFile(path: "Dockerfile", contents: Array($0.utf8))] }
        }
        var exercise = FakeWorld.exercise
        exercise.place = Exercise.SourcePlace(file: "lesson.yml", range: SourceRange(line: 7, column: 5))
        exercise.starter = files(starter) ?? []
        exercise.solution = files(solution).map(Exercise.Solution.files)
        let lesson = Lesson(id: "l", title: "L", deck: Deck(slides: []), exercises: [exercise])
        var proof = LessonProof(lesson, secret: [1], scratch: folder.path.appending("scratch"))
        return try await proof.prove(exercise, with: FakeWorld.engine())
    }

    /// What the learner begins with, the solution, the rules that are broken, and what could not be judged.
    @Test(
        arguments: [
            ("FROM plain\n# broken", "FROM plain\n# good", [], []), (nil, "FROM plain\n# good", [], []),
            ("FROM plain\n# good", "FROM plain\n# good", ["starter-passes"], []),
            ("FROM plain\n# broken", "FROM plain\n# broken", ["solution-fails"], []),
            ("FROM plain\n# broken", "FROM plain\n# on gcc", ["solution-fails"], []),
            ("FROM plain\n# broken", nil, ["missing-solution"], []),
            ("FROM plain\n# good", nil, ["starter-passes", "missing-solution"], []),
            ("FROM plain\n# elsewhere", "FROM plain\n# good", [], ["starter"]),
            ("FROM plain\n# broken", "FROM plain\n# elsewhere", [], ["solution"]),
        ] as [(String?, String?, [String], [String])])
    func rules(_ starter: String?, _ solution: String?, _ rules: [String], _ obstacles: [String]) async throws {
        let proof = try await prove(starter: starter, solution: solution)
        #expect(proof.findings.map(\.id) == rules)
        #expect(proof.obstacles.map(\.what) == obstacles)
        for finding in proof.findings {
            #expect(finding.file == "lesson.yml" && finding.range?.start == SourceLocation(line: 7, column: 5))
            #expect(LintRule.named(finding.id)?.severity == finding.severity)
        }
    }

    @Test func aFailedSolutionNamesItsChecks() async throws {
        let proof = try await prove(starter: "FROM plain\n# broken", solution: "FROM plain\n# on gcc")
        let message = try #require(proof.findings.first?.message)
        #expect(message.hasPrefix("the solution of `two` does not pass: `only`: "))
        #expect(!message.contains("`runs`"))
    }

    @Test func theSolutionStandsOnTheStarter() async throws {
        var exercise = FakeWorld.exercise
        exercise.starter = [
            StarterFile(path: "Dockerfile", contents: Array("FROM plain\n# broken".utf8)),
            StarterFile(path: "src/hello.c", contents: [1]),
        ]
        exercise.solution = .files([StarterFile(path: "Dockerfile", contents: Array("FROM plain\n# good".utf8))])
        let lesson = Lesson(id: "l", title: "L", deck: Deck(slides: []), exercises: [exercise])
        let scratch = folder.path.appending("scratch")
        var proof = LessonProof(lesson, secret: [1], scratch: scratch)
        #expect(try await proof.prove(exercise, with: FakeWorld.engine()).findings.isEmpty)
        let solution = try StarterFile.files(in: scratch.appending("0").appending("solution"))
        #expect(solution.map(\.path) == ["Dockerfile", "src/hello.c"])
        #expect(solution.first?.contents == Array("FROM plain\n# good".utf8))
        let starter = try StarterFile.files(in: scratch.appending("0").appending("starter"))
        #expect(starter.first?.contents == Array("FROM plain\n# broken".utf8))
    }
}
