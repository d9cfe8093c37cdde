import ArgumentParser
import Grading
import Lessons
import SystemPackage
import TerminalUI

struct VerifyCommand: ReportingCommand, EngineCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove lessons: starters fail, solutions pass, the commands on the slides work.",
        discussion: """
            Each exercise's starter and solution are built and judged as a learner's files are, and the `docker` \
            commands on its slides are tried on the solution; images get the names that these give them. \
            docs/lint-rules.md says what the findings mean. Exit status 0 when all is proved, 1 when something is \
            found, 2 when something could not be judged.
            """)

    @Argument(help: "Lessons by name, folder or deck; by default that of the current folder, else all there are.")
    var lessons: [String] = []

    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        let lessons = try Self.lessons(lessons)
        let verification = try await LessonVerification(lessons, console)
        var verified: [VerifiedLesson] = []
        for lesson in lessons {
            let one = try await verification.verify(lesson)
            verified.append(one)
            if !console.isJSON { VerificationReport(one).print(console) }
        }
        if console.isJSON { try console.json(VerificationDocument(verified)) }
        if verified.contains(where: { !$0.findings.isEmpty }) { throw CommandExit(.failed) }
        if verified.contains(where: { !$0.obstacles.isEmpty }) { throw CommandExit(.couldNotRun) }
    }

    private static func lessons(_ names: [String]) throws -> [Lessons.Lesson] {
        if !names.isEmpty { return try names.map(LearnerSession.load) }
        let here = ProgramPath.currentFolder
        if [Lessons.Lesson.manifestName, "slides.md"].contains(where: {
            LocalFiles.kind(here.appending($0), following: true) == .file
        }) {
            return [try Lessons.Lesson(loading: here)]
        }
        let found = try LearnerSession.library.folders().map { try Lessons.Lesson(loading: $0.path) }
        guard found.isEmpty else { return found }
        throw CommandError(
            "no-lessons", "there is no lesson to verify", hint: "name a lesson's folder, or set LESSON_PATH",
            status: .usage)
    }
}
