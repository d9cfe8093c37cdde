import Checks
import Lessons
import SystemPackage

/// Grades many submissions, several at a time; what goes wrong with one stays with that one.
package struct Batch: Sendable {
    package var examination: Examination
    /// How many at a time.
    package var jobs: Int
    package var journal: Journal?

    package init(examination: Examination, jobs: Int = 2, journal: Journal? = nil) {
        self.examination = examination
        self.jobs = max(1, jobs)
        self.journal = journal
    }

    /// What a batch tells while it goes on.
    package enum Event: Sendable {
        case started(Submission)
        /// Graded now, or taken from the journal.
        case finished(GradedSubmission, isFromJournal: Bool)
        /// The journal could not be written: grading goes on.
        case warning(String)
    }

    /// Grades all, in any order; the result has the order of the submissions.
    /// Cancelling the task stops what is under way; what is done is in the journal.
    package func grade(
        _ submissions: [Submission], events: @escaping @Sendable (Event) -> Void = { _ in }
    ) async -> [GradedSubmission] {
        await withTaskGroup(of: (Int, GradedSubmission?).self) { group in
            var results = [GradedSubmission?](repeating: nil, count: submissions.count)
            var next = 0
            func addOne() {
                guard next < submissions.count, !Task.isCancelled else { return }
                let (index, submission) = (next, submissions[next])
                next += 1
                group.addTask { (index, await grade(submission, events)) }
            }
            for _ in 0..<jobs { addOne() }
            while let (index, result) = await group.next() {
                results[index] = result
                await examination.engine.tidy()
                addOne()
            }
            return results.compactMap { $0 }
        }
    }

    private func grade(_ submission: Submission, _ events: @Sendable (Event) -> Void) async -> GradedSubmission? {
        events(.started(submission))
        let rescoring = journal.map {
            Rescoring(lesson: examination.lesson, exercise: examination.exercise, journal: $0)
        }
        // Once, and before anything is looked at: a file that changes meanwhile makes another submission.
        let fingerprint = Fingerprint.of(submission, exercise: examination.exercise, lesson: examination.lesson)
        if let known = rescoring?.known(submission, fingerprint: fingerprint) {
            if known.isChanged { warn(events) { () throws(Ungradable) in try rescoring?.rescore(known.graded) } }
            events(.finished(known.graded, isFromJournal: true))
            return known.graded
        }
        // Two classes may have a submission of the same name: what one leaves in a cache mount, the other must not find.
        let lease = examination.engine.lease()
        let report = await examination.examine(
            folder: submission.folder, scope: "submission-\(submission.id)-\(fingerprint)")
        withExtendedLifetime(lease) {}
        // What was stopped half-way is no verdict.
        guard !Task.isCancelled else { return nil }
        let graded = GradedSubmission(
            id: submission.id, path: submission.path, student: submission.student, verdict: report.verdict)
        warn(events) { () throws(Ungradable) in
            try rescoring?.record(graded, report.observations, fingerprint: fingerprint)
        }
        events(.finished(graded, isFromJournal: false))
        return graded
    }

    /// A journal that cannot be written stops nobody.
    private func warn(_ events: (Event) -> Void, _ body: () throws(Ungradable) -> Void) {
        do throws(Ungradable) { try body() } catch { events(.warning(error.message)) }
    }
}
