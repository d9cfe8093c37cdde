import Checks
import Grading
import Images
import Lessons
import OCI
import Sandbox
import SystemPackage
import TerminalUI

/// One check of a learner's own files, from the examination to the workspace's memory of it.
struct ExerciseCheck {
    let session: LearnerSession
    let exercise: Exercise
    let engine: EngineSession
    let progress: ProgressLine

    /// Enters the engine.
    init(
        session: LearnerSession, exercise: Exercise, runtime: RuntimeChoice? = nil, _ console: Console
    ) async throws {
        let progress = console.progress()
        self.session = session
        self.exercise = exercise
        self.progress = progress
        engine = try await EngineSession.open(
            console, images: session.lesson.images, isExamining: true, runtime: runtime
        ) { text in
            progress.message(StyledLine("  \(text)"))
        }
    }

    /// Examines, with progress on standard error.
    func run(_ console: Console) async throws -> Verdict {
        progress.message(StyledLine("checking \(exercise.id): \(exercise.title)", .strong))
        let display = CheckProgress(progress: progress, terminal: console.err)
        let door = AnnouncedEngine(
            engine: engine.examinationEngine { display.handle($0) }, progress: display)
        let examination = Examination(
            of: exercise, in: session.lesson, engine: door, references: ReferenceImages(),
            secret: try InstallationSecret.read(in: EngineSession.home))
        let folder = session.workspace.folder(of: exercise)
        for remark in Reading(of: exercise, in: session.lesson).remarks(on: folder) {
            progress.message(StyledLine("note: \(remark)", .warning))
        }
        let scope = session.root.string
        let report = await progress.during {
            await examination.examine(folder: folder, scope: scope, ownReference: ownReference)
        }
        try Task.checkCancellation()
        if let tag = exercise.tag, let stored = report.image?.stored { try await name(stored, tag) }
        return report.verdict
    }

    /// The learner's own image of an earlier exercise, as they passed it.
    private var ownReference: FilePath? {
        guard let id = exercise.reference?.exercise, let other = session.lesson.exercise(id),
            session.workspace.passedDockerfile(of: other) != nil
        else { return nil }
        return session.workspace.passedFolder(of: id)
    }

    /// The image gets the name that the slides call it by, so that `docker run` finds it.
    private func name(_ image: StoredImage, _ tag: String) async throws {
        guard let reference = try? Reference(parsing: tag).withDefaultTag else { return }
        if try engine.store.image(named: reference)?.image.key == image.key { return }
        try await engine.store.put(image, references: [reference])
    }

    /// Keeps the result in the workspace.
    static func record(_ verdict: Verdict, of exercise: Exercise, in session: LearnerSession) throws {
        try session.workspace.record(
            exercise, passed: verdict.verdict == .pass, counts: verdict.countsAsAttempt, score: verdict.score,
            failing: verdict.checks.filter { $0.verdict == .fail }.map(\.id), size: verdict.sizes.final)
    }
}
