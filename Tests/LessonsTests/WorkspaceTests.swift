import Foundation
import Slides
import SystemPackage
import Testing

@testable import Lessons

@Suite struct WorkspaceTests {
    private let folder: TemporaryFolder
    private let lesson: Lesson

    init() throws {
        folder = try TemporaryFolder()
        let deck = Deck(parsing: Array("# A\n\n---\n\n# B\n".utf8))
        func exercise(_ id: String, _ text: String) -> Exercise {
            Exercise(
                id: id, title: id,
                starter: [
                    StarterFile(path: "Dockerfile", contents: Array(text.utf8)),
                    StarterFile(path: "src/hello.c", contents: Array("c".utf8)),
                ])
        }
        lesson = Lesson(
            id: "demo", title: "Demo", deck: deck, exercises: [exercise("one", "first"), exercise("two", "second")])
    }

    private var workspace: Workspace { Workspace(root: folder.path) }

    @Test func startWritesWhatIsMissingAndNothingElse() throws {
        try folder.write("mine", to: "src/hello.c")
        let started = try workspace.start(lesson, source: "somewhere")
        #expect(started.written == ["Dockerfile"])
        #expect(started.kept == ["src/hello.c"])
        #expect(try folder.read("Dockerfile") == "first")
        #expect(try folder.read("src/hello.c") == "mine")
        let progress = try workspace.readProgress()
        #expect(progress.lesson == "demo")
        #expect(progress.position == 1)
        #expect(progress.source == "somewhere")
    }

    @Test func startingAgainLosesNothing() throws {
        _ = try workspace.start(lesson, source: nil)
        try folder.write("mine", to: "Dockerfile")
        try workspace.updateProgress { $0.position = 2 }
        let again = try workspace.start(lesson, source: nil)
        #expect(again.wasStarted)
        #expect(again.kept == ["Dockerfile"])
        #expect(try folder.read("Dockerfile") == "mine")
        #expect(try workspace.readProgress().position == 2)
    }

    @Test func startRefusesAnotherLessonsWorkspace() throws {
        _ = try workspace.start(lesson, source: nil)
        var other = lesson
        other.id = "other"
        #expect(throws: WorkspaceError.self) { try workspace.start(other, source: nil) }
    }

    @Test func startDoesNotWriteThroughALink() throws {
        let outside = try TemporaryFolder()
        let target = try outside.write("theirs", to: "file")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path.appending("Dockerfile").string, withDestinationPath: target.string)
        _ = try workspace.start(lesson, source: nil)
        #expect(try outside.read("file") == "theirs")
    }

    @Test func isFoundFromInside() throws {
        _ = try workspace.start(lesson, source: nil)
        #expect(try Workspace(containing: folder.path.appending("src")).root == folder.path)
        #expect(throws: WorkspaceError.self) { try Workspace(containing: FilePath("/")) }
    }

    @Test func resetKeepsABackupAndGoesOnFromWhatPassed() throws {
        _ = try workspace.start(lesson, source: nil)
        try folder.write("passed one", to: "Dockerfile")
        try workspace.record(lesson.exercises[0], passed: true, counts: true, score: 7, failing: [], size: 42)
        try folder.write("half of two", to: "Dockerfile")
        let restored = try workspace.reset(lesson.exercises[1], in: lesson)
        #expect(restored.files == ["Dockerfile"])
        #expect(try folder.read("Dockerfile") == "passed one")
        #expect(try folder.read(".lesson/backup/1/Dockerfile") == "half of two")
        let first = try workspace.reset(lesson.exercises[0], in: lesson)
        #expect(first.backup?.lastComponent == "2")
        #expect(try folder.read("Dockerfile") == "first")
        #expect(try folder.read(".lesson/backup/2/Dockerfile") == "passed one")
        #expect(try workspace.reset(lesson.exercises[0], in: lesson).backup == nil)
    }

    @Test func recordsAttemptsButNotOurFaults() throws {
        _ = try workspace.start(lesson, source: nil)
        let exercise = lesson.exercises[0]
        try workspace.record(exercise, passed: false, counts: false, score: 0, failing: [], size: nil)
        #expect(try workspace.readProgress()["one"].attempts == 0)
        try workspace.record(exercise, passed: false, counts: true, score: 30, failing: ["runs"], size: 9)
        let own = try workspace.readProgress()["one"]
        #expect(own.attempts == 1)
        #expect(own.failing == ["runs"])
        #expect(own.bestScore == 30)
        #expect(own.state == .pending)
        #expect(workspace.passedDockerfile(of: exercise) == nil)
        try workspace.record(exercise, passed: true, counts: true, score: 100, failing: [], size: 9)
        #expect(try workspace.readProgress()["one"].state == .passed)
        #expect(workspace.passedDockerfile(of: exercise) != nil)
    }

    @Test(arguments: ["", "{", "[]", #"{"version": 2}"#, "null"])
    func aDamagedProgressFileIsAnErrorNotACrash(_ text: String) throws {
        _ = try workspace.start(lesson, source: nil)
        try folder.write(text, to: ".lesson/progress.json")
        #expect(throws: WorkspaceError.self) { try workspace.readProgress() }
    }

    @Test func parallelChangesAreAllKept() async throws {
        _ = try workspace.start(lesson, source: nil)
        let workspace = workspace
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask { try workspace.updateProgress { $0["one"].attempts += 1 } }
            }
            try await group.waitForAll()
        }
        #expect(try workspace.readProgress()["one"].attempts == 20)
    }

    @Test func hintsFollowWhatFails() {
        var exercise = lesson.exercises[0]
        exercise.rubric.checks = [
            CheckDefinition(id: "a", kind: .builds, points: 0), CheckDefinition(id: "b", kind: .builds, points: 0),
        ]
        exercise.hints = [Hint(text: "general"), Hint(check: "b", text: "for b"), Hint(check: "a", text: "for a")]
        #expect(exercise.hints(failing: ["b", "a"]).map(\.text) == ["for a", "for b", "general"])
        #expect(exercise.hints(failing: ["b"]).map(\.text) == ["for b", "general"])
        #expect(exercise.hints(failing: []).map(\.text) == ["general", "for b", "for a"])
    }
}
