package import Checks
package import Lessons

/// Judges anew what a journal has seen, by the rubric of today: no engine, no build.
package struct Rescoring: Sendable {
    private let lesson: Lesson
    private let exercise: Exercise
    private let journal: Journal
    private let demand: ObservationDemand

    package init(lesson: Lesson, exercise: Exercise, journal: Journal) {
        self.lesson = lesson
        self.exercise = exercise
        self.journal = journal
        demand = ObservationDemand(exercise.rubric)
    }

    /// A submission whose observations answer all that the rubric asks.
    package struct Known: Sendable, Hashable {
        package var graded: GradedSubmission
        /// What it was given before.
        package var before: Verdict?

        /// Another score, another verdict, or another check.
        package var isChanged: Bool {
            guard let before else { return true }
            return before != graded.verdict
        }
    }

    /// nil for what has to be examined: it was never seen, its files have changed, or the rubric asks for something that
    /// was not looked at.
    package func known(_ submission: Submission) -> Known? {
        known(submission, fingerprint: Fingerprint.of(submission, exercise: exercise, lesson: lesson))
    }

    func known(_ submission: Submission, fingerprint: String) -> Known? {
        guard let seen = journal.seen(submission.id, fingerprint: fingerprint),
            demand.questions.isSubset(of: seen.questions)
        else { return nil }
        let verdict = Judge(exercise.rubric).judge(seen.observations)
        return Known(
            graded: GradedSubmission(
                id: submission.id, path: submission.path, student: submission.student, verdict: verdict),
            before: seen.entry?.verdict)
    }

    /// Keeps what an examination saw.
    func record(_ graded: GradedSubmission, _ observations: Observations, fingerprint: String) throws(Ungradable) {
        try journal.record(
            graded, observations: observations, questions: demand.questions, fingerprint: fingerprint)
    }

    func rescore(_ graded: GradedSubmission) throws(Ungradable) { try journal.rescore(graded) }
}

/// A submission that is worth something else than before.
package struct ScoreChange: Sendable, Hashable, Codable {
    package var id: String
    package var student: String?
    package var oldScore: Int
    package var newScore: Int
    package var oldMaxScore: Int
    package var newMaxScore: Int
    package var oldVerdict: Verdict.Outcome
    package var newVerdict: Verdict.Outcome

    /// nil when neither the score nor the verdict is another.
    package init?(_ known: Rescoring.Known) {
        guard let before = known.before else { return nil }
        let now = known.graded.verdict
        guard before.score != now.score || before.maxScore != now.maxScore || before.verdict != now.verdict else {
            return nil
        }
        id = known.graded.id
        student = known.graded.student
        (oldScore, newScore) = (before.score, now.score)
        (oldMaxScore, newMaxScore) = (before.maxScore, now.maxScore)
        (oldVerdict, newVerdict) = (before.verdict, now.verdict)
    }

    /// Points more, or less.
    package var difference: Int { newScore - oldScore }
}
