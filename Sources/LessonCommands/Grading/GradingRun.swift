import Checks
import Grading
import Lessons
import OCI
import SystemPackage
import TerminalUI

/// One run over a class: what the journal knows, engine and batch for the rest, progress.
struct GradingRun {
    let input: GradeInput
    let jobs: Int
    let progress: ProgressLine

    /// - Parameter open: opens the engine; not called when there is nothing to build.
    func grade(journal: Journal?, open: () async throws -> EngineSession) async throws -> GradeReport {
        let started = DockerTime.now
        let total = input.intake.submissions.count
        let counter = Counter(total: total)
        var graded: [String: GradedSubmission] = [:]
        for submission in input.intake.submissions {
            guard let known = input.known[submission.id] else { continue }
            if known.isChanged { try journal?.rescore(known.graded) }
            graded[submission.id] = known.graded
            say(known.graded, counter, known.isChanged ? "judged again" : "graded before")
        }
        let unknown = input.unknown
        if !unknown.isEmpty {
            for one in try await examine(unknown, journal, counter, try await open()) { graded[one.id] = one }
        }
        var report = GradeReport(
            lesson: input.lesson.id, exercise: input.exercise.id, started: Timestamp(seconds: started).description,
            finished: Timestamp(seconds: DockerTime.now).description,
            submissions: input.intake.submissions.compactMap { graded[$0.id] })
        if journal != nil { report.rescored = input.rescored }
        return report
    }

    private func examine(
        _ submissions: [Submission], _ journal: Journal?, _ counter: Counter, _ engine: EngineSession
    ) async throws -> [GradedSubmission] {
        let progress = progress
        let examination = Examination(
            of: input.exercise, in: input.lesson, engine: engine.examinationEngine { _ in },
            references: ReferenceImages(), secret: try InstallationSecret.read(in: EngineSession.home))
        let batch = Batch(examination: examination, jobs: jobs, journal: journal)
        progress.update("grading \(submissions.count) submissions")
        return await progress.during {
            await batch.grade(submissions) { event in
                switch event {
                case .started(let submission): progress.update("\(counter.words) grading \(submission.id)")
                case .finished(let one, let isFromJournal):
                    say(one, counter, isFromJournal ? "graded before" : nil)
                case .warning(let text): progress.message(StyledLine("warning: \(text)", .warning))
                }
            }
        }
    }

    private func say(_ one: GradedSubmission, _ counter: Counter, _ note: String?) {
        counter.count()
        let verdict = one.verdict
        progress.message(
            StyledLine(
                "\(counter.words) \(one.id)  \(verdict.verdict.rawValue)  \(verdict.score)/\(verdict.maxScore)"
                    + (note.map { "  (\($0))" } ?? "")))
    }
}
