package import Checks

/// A submission with its verdict: an entry of `lesson grade --format json`.
package struct GradedSubmission: Sendable, Hashable, Codable {
    package var id: String
    package var path: String
    package var student: String?
    package var verdict: Verdict

    package init(id: String, path: String, student: String? = nil, verdict: Verdict) {
        self.id = id
        self.path = path
        self.student = student
        self.verdict = verdict
    }

    private enum CodingKeys: String, CodingKey {
        case id, path, student
    }

    /// The verdict's keys stand beside its own.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(path, forKey: .path)
        try container.encodeIfPresent(student, forKey: .student)
        try verdict.encode(to: encoder)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        path = try container.decode(String.self, forKey: .path)
        student = try container.decodeIfPresent(String.self, forKey: .student)
        verdict = try Verdict(from: decoder)
    }
}

/// A whole batch: the document of `lesson grade --format json`.
package struct GradeReport: Sendable, Hashable, Codable {
    package var lesson: String
    package var exercise: String
    /// ISO 8601, UTC.
    package var started: String
    package var finished: String
    package var submissions: [GradedSubmission]
    package var summary: Summary
    /// What the rubric of today changed about what was seen before; nil where there is no journal.
    package var rescored: Rescored?

    package init(
        lesson: String, exercise: String, started: String, finished: String, submissions: [GradedSubmission]
    ) {
        self.lesson = lesson
        self.exercise = exercise
        self.started = started
        self.finished = finished
        self.submissions = submissions
        summary = Summary(submissions)
    }

    /// Submissions that were judged anew without being built.
    package struct Rescored: Sendable, Hashable, Codable {
        /// Who has another score or another verdict now.
        package var changes: [ScoreChange]
        package var unchanged: Int
        /// How many had to be examined.
        package var examined: Int

        package init(changes: [ScoreChange], unchanged: Int, examined: Int) {
            self.changes = changes
            self.unchanged = unchanged
            self.examined = examined
        }
    }

    package struct Summary: Sendable, Hashable, Codable {
        package var total: Int
        package var pass: Int
        package var fail: Int
        package var error: Int

        package init(_ submissions: [GradedSubmission]) {
            total = submissions.count
            pass = submissions.count { $0.verdict.verdict == .pass }
            fail = submissions.count { $0.verdict.verdict == .fail }
            error = submissions.count { $0.verdict.verdict == .error }
        }
    }
}
