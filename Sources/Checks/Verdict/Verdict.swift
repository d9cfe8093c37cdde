/// What a submission is worth and why: the document that `lesson check --json` prints.
package struct Verdict: Sendable, Hashable, Codable {
    package var lesson: String
    package var exercise: String
    package var verdict: Outcome
    package var score: Int
    package var maxScore: Int
    package var checks: [CheckResult]
    package var integrity: [IntegrityResult]
    package var sizes: Sizes
    /// The image's id or reference, when there is one.
    package var image: String?
    /// How long the build took.
    package var seconds: Double
    package var cachedSteps: Int
    package var totalSteps: Int
    /// What to do, the first thing first. Beyond what scripts rely on.
    package var advice: [String]
    /// What is worth knowing and takes no points.
    package var notes: [String]
    /// Why there is no pass and no fail, and who has to do what; only with ``Outcome/error``.
    package var error: Ungradable?

    package init(
        lesson: String, exercise: String, verdict: Outcome, score: Int, maxScore: Int, checks: [CheckResult],
        integrity: [IntegrityResult], sizes: Sizes = Sizes(), image: String? = nil, seconds: Double = 0,
        cachedSteps: Int = 0, totalSteps: Int = 0, advice: [String] = [], notes: [String] = [],
        error: Ungradable? = nil
    ) {
        self.lesson = lesson
        self.exercise = exercise
        self.verdict = verdict
        self.score = score
        self.maxScore = maxScore
        self.checks = checks
        self.integrity = integrity
        self.sizes = sizes
        self.image = image
        self.seconds = seconds
        self.cachedSteps = cachedSteps
        self.totalSteps = totalSteps
        self.advice = advice
        self.notes = notes
        self.error = error
    }

    /// Whether it counts as an attempt: what is not the learner's doing does not.
    package var countsAsAttempt: Bool { verdict != .error }

    /// Pass, fail, or could not be judged.
    package enum Outcome: String, Sendable, Hashable, Codable {
        case pass
        case fail
        case error
    }
}

/// The outcome of one check.
package struct CheckResult: Sendable, Hashable, Codable {
    package var id: String
    /// ``CheckKind/name``.
    package var kind: String
    package var verdict: Outcome
    /// The points it is about.
    package var weight: Int
    /// The points it earned.
    package var points: Int
    package var title: String?
    package var expected: String
    package var actual: String
    /// Lines that prove it: files with sizes, the Dockerfile's lines that brought them.
    package var evidence: [String]
    /// Why it matters.
    package var why: String?
    /// One next step.
    package var advice: String?
    package var file: String?
    package var line: Int?
    /// The heading of the slide that teaches it.
    package var slide: String?

    package init(
        id: String, kind: String, verdict: Outcome, weight: Int, points: Int = 0, title: String? = nil,
        expected: String, actual: String, evidence: [String] = [], why: String? = nil, advice: String? = nil,
        file: String? = nil, line: Int? = nil, slide: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.verdict = verdict
        self.weight = weight
        self.points = points
        self.title = title
        self.expected = expected
        self.actual = actual
        self.evidence = evidence
        self.why = why
        self.advice = advice
        self.file = file
        self.line = line
        self.slide = slide
    }

    package enum Outcome: String, Sendable, Hashable, Codable {
        case pass
        case fail
        case error
        case skipped
    }
}

/// The outcome of an integrity check.
package struct IntegrityResult: Sendable, Hashable, Codable {
    package var id: String
    package var verdict: Outcome
    package var evidence: [String]

    package init(id: String, verdict: Outcome, evidence: [String] = []) {
        self.id = id
        self.verdict = verdict
        self.evidence = evidence
    }

    package enum Outcome: String, Sendable, Hashable, Codable {
        case ok
        case flagged
        case review
        case skipped
    }
}

/// Why something could not be judged.
package struct Ungradable: Sendable, Hashable, Codable, Error {
    package var reason: Reason
    package var message: String
    /// Who has to do what.
    package var remedy: String?
    package var file: String?
    package var line: Int?

    package init(_ reason: Reason, message: String, remedy: String? = nil, file: String? = nil, line: Int? = nil) {
        self.reason = reason
        self.message = message
        self.remedy = remedy
        self.file = file
        self.line = line
    }

    package enum Reason: String, Sendable, Hashable, Codable {
        case noDockerfile
        case baseNotOffered
        case otherPlatform
        case fault
    }
}
