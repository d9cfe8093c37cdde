import Checks
import Grading
import Lessons
import OCI
import SystemPackage
import TerminalUI

/// One run over a class: engine, batch, progress.
struct GradingRun {
    let lesson: Lessons.Lesson
    let exercise: Exercise
    let submissions: [Submission]
    let jobs: Int
    let engine: EngineSession
    let progress: ProgressLine

    func grade(journal: Journal?) async throws -> GradeReport {
        let started = DockerTime.now
        let total = submissions.count
        let counter = Counter(total: total)
        let progress = progress
        let examination = Examination(
            of: exercise, in: lesson, engine: engine.examinationEngine { _ in }, references: ReferenceImages(),
            secret: try InstallationSecret.read(in: EngineSession.home))
        let batch = Batch(examination: examination, jobs: jobs, journal: journal)
        progress.update("grading \(total) submissions")
        let graded = await progress.during {
            await batch.grade(submissions) { event in
                switch event {
                case .started(let submission): progress.update("\(counter.words) grading \(submission.id)")
                case .finished(let one, let isFromJournal):
                    counter.count()
                    let verdict = one.verdict
                    let score = "\(verdict.score)/\(verdict.maxScore)"
                    let known = isFromJournal ? "  (graded before)" : ""
                    progress.message(
                        StyledLine("\(counter.words) \(one.id)  \(verdict.verdict.rawValue)  \(score)\(known)"))
                case .warning(let text): progress.message(StyledLine("warning: \(text)", .warning))
                }
            }
        }
        return GradeReport(
            lesson: lesson.id, exercise: exercise.id, started: Timestamp(seconds: started).description,
            finished: Timestamp(seconds: DockerTime.now).description, submissions: graded)
    }
}
