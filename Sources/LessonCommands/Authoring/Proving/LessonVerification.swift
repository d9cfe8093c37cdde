import Build
import Checks
import Diagnostics
import Grading
import Lessons
import Linux
import Slides
import SystemPackage
import TerminalUI

/// What proving a lesson came to.
struct VerifiedLesson: Sendable {
    /// What became of one command.
    struct Command: Sendable {
        enum Outcome: Sendable, Hashable {
            case worked
            case failed
            /// It was not run; why.
            case notTried(String)
        }
        var text: String
        var file: String?
        var line: Int
        var outcome: Outcome
    }

    struct Entry: Sendable {
        var proof: ExerciseProof
        var commands: [Command] = []
        /// What `commands` has that does not work.
        var failures: [Diagnostic] = []

        var findings: [Diagnostic] { proof.findings + failures }
    }

    let lesson: Lessons.Lesson
    var entries: [Entry] = []

    var findings: [Diagnostic] { entries.flatMap(\.findings) }
    var obstacles: [(exercise: Exercise, ExerciseProof.Obstacle)] {
        entries.flatMap { entry in entry.proof.obstacles.map { (entry.proof.exercise, $0) } }
    }
}

/// Proves lessons with the engine: what each exercise's own files come to, and whether its commands work.
struct LessonVerification {
    private let engine: EngineSession
    private let console: Console
    private let secret: [UInt8]
    /// In the invocation's own file system, so that nothing is left however this ends.
    private let scratch: FilePath

    /// Enters the engine.
    init(_ lessons: [Lessons.Lesson], _ console: Console) async throws {
        engine = try await EngineSession.open(console, images: lessons.flatMap(\.images))
        self.console = console
        secret = try InstallationSecret.read(in: EngineSession.home)
        scratch = engine.context.scratch.appending("verify")
    }

    func verify(_ lesson: Lessons.Lesson) async throws -> VerifiedLesson {
        let folder = scratch.appending(lesson.id)
        var result = VerifiedLesson(lesson: lesson)
        var proof = LessonProof(lesson, secret: secret, scratch: folder.appending("exercises"))
        for exercise in lesson.exercises {
            let progress = console.progress()
            let name = "\(lesson.id)/\(exercise.id)"
            progress.update("proving \(name)")
            let door = engine.examinationEngine { event in
                if case .started(let step) = event { progress.update("proving \(name): \(step.name)") }
            }
            let (current, begun) = (proof, exercise)
            let (proved, next) = try await progress.during {
                var proof = current
                let proved = try await proof.prove(begun, with: door) { progress.update("proving \(name): the \($0)") }
                return (proved, proof)
            }
            proof = next
            try Task.checkCancellation()
            var entry = VerifiedLesson.Entry(proof: proved)
            try await tryCommands(of: exercise, in: lesson, at: folder.appending("workspace"), &entry)
            result.entries.append(entry)
        }
        return result
    }

    // MARK: - Commands

    private func tryCommands(
        of exercise: Exercise, in lesson: Lessons.Lesson, at root: FilePath, _ entry: inout VerifiedLesson.Entry
    ) async throws {
        let blocks = ExerciseCommands(of: exercise, in: lesson).blocks
        guard !blocks.isEmpty else { return }
        let isSolved = entry.proof.solution?.verdict == .pass
        var trial: CommandTrial?
        if isSolved { trial = try prepare(exercise, lesson, at: root) }
        for block in blocks {
            var obstacle = block.obstacle ?? (isSolved ? nil : "there is no solution that passes to try it on")
            for command in block.commands {
                var tried = VerifiedLesson.Command(
                    text: command.text, file: block.file, line: command.line, outcome: .worked)
                if obstacle == nil, let trial, let plain = PlainCommand(command.text) {
                    console.progress().message(StyledLine("trying `\(command.text)`", .muted))
                    if let failure = try await failure(of: plain, trial, &tried) {
                        entry.failures.append(failure)
                        obstacle = "the command before it does not work"
                    }
                } else {
                    tried.outcome = .notTried(obstacle ?? "it takes a shell to run it")
                }
                entry.commands.append(tried)
            }
        }
    }

    /// A learner's workspace with the solution in place.
    private func prepare(
        _ exercise: Exercise, _ lesson: Lessons.Lesson, at root: FilePath
    ) throws -> CommandTrial {
        let workspace = Workspace(root: root)
        _ = try workspace.start(lesson, source: lesson.source?.string)
        let folder = workspace.folder(of: exercise)
        for file in exercise.starter + (try exercise.solutionFiles() ?? []) {
            let path = folder.pushing(FilePath(file.path))
            do throws(LocalFiles.Failure) {
                try LocalFiles.makeFolders(path.removingLastComponent())
                try LocalFiles.replace(path, with: file.contents, mode: file.mode)
            } catch {
                throw CommandError("unwritable", error.message)
            }
        }
        let seconds = exercise.limits.buildSeconds
        return CommandTrial(folder: folder, log: scratch.appending("trial.log"), limit: .seconds(seconds))
    }

    private func failure(
        of command: PlainCommand, _ trial: CommandTrial, _ tried: inout VerifiedLesson.Command
    ) async throws -> Diagnostic? {
        let words: String
        switch try await trial.run(command.words) {
        case .worked: return nil
        case .interactive:
            tried.outcome = .notTried("it needs somebody at a terminal")
            return nil
        case .endless: words = "it was still running after \(trial.limit.components.seconds) seconds"
        case .refused(let why): words = why
        case .failed(let status, let lines): words = (["status \(status)"] + lines).joined(separator: "\n")
        }
        tried.outcome = .failed
        return Diagnostic(
            id: "command-fails", severity: LintRule.named("command-fails")?.severity ?? .error, file: tried.file,
            range: SourceRange(line: tried.line), message: "`\(tried.text)` does not work: \(words)",
            hint: "correct it, or put <!-- lesson:skip --> above its block")
    }
}
