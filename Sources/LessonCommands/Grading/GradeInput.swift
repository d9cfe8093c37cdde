import Checks
import Grading
import Lessons
import SystemPackage

/// What `lesson grade` is about: the lesson, the exercise, the submissions, and what a journal knows of them.
struct GradeInput {
    let lesson: Lessons.Lesson
    let exercise: Exercise
    let intake: Intake
    /// By the submission's id.
    let known: [String: Rescoring.Known]

    /// Submissions that have to be built.
    var unknown: [Submission] { intake.submissions.filter { known[$0.id] == nil } }

    init(_ command: GradeCommand) throws {
        lesson = try LearnerSession.load(command.lesson)
        var exercise = try Self.exercise(command.exercise, of: lesson)
        exercise.limits = command.limits.replacing(exercise.limits)
        self.exercise = exercise
        var intake = Intake(dockerfile: exercise.dockerfile, exercise: exercise.id)
        for path in command.paths { try intake.add(FilePath(path)) }
        guard !intake.submissions.isEmpty else {
            throw CommandError(
                "no-submissions", "no submissions in \(command.paths.joined(separator: ", "))",
                hint: "a submission is a folder with a `\(exercise.dockerfile)`")
        }
        self.intake = intake
        guard let out = command.out, let journal = try Journal(existing: out) else {
            known = [:]
            return
        }
        let rescoring = Rescoring(lesson: lesson, exercise: exercise, journal: journal)
        var known: [String: Rescoring.Known] = [:]
        for submission in intake.submissions { known[submission.id] = rescoring.known(submission) }
        self.known = known
    }

    private static func exercise(_ id: String?, of lesson: Lessons.Lesson) throws -> Exercise {
        if let id {
            if let found = lesson.exercise(id) { return found }
            throw CommandError(
                "no-such-exercise", "the lesson \(lesson.id) has no exercise \"\(id)\"",
                hint: "its exercises are \(lesson.exercises.map(\.id).joined(separator: ", "))", status: .usage)
        }
        guard let last = lesson.exercises.last else {
            throw CommandError("no-exercises", "the lesson \(lesson.id) has no exercises")
        }
        return last
    }

    /// What the rubric of today changes about what was seen before.
    var rescored: GradeReport.Rescored {
        let changes = intake.submissions.compactMap { known[$0.id].flatMap { ScoreChange($0) } }
        return GradeReport.Rescored(
            changes: changes, unchanged: known.count - changes.count, examined: unknown.count)
    }
}
