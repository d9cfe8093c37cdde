/// A verdict as a learner is shown it. Plain values: who judged, and how, is not this module's matter.
package struct VerdictDisplay: Sendable, Hashable {
    /// How a check, or all of them, ended.
    package enum Outcome: String, Sendable, Hashable {
        case pass
        case fail
        case error
        case skipped
        case review
    }

    /// One check.
    package struct Check: Sendable, Hashable {
        package var id: String
        package var outcome: Outcome
        /// Points got and to be had; nil shows none.
        package var points: (got: Double, of: Double)? {
            get { pointsGot.flatMap { got in pointsOf.map { (got, $0) } } }
            set { (pointsGot, pointsOf) = (newValue?.got, newValue?.of) }
        }
        package var expected: String
        package var actual: String
        /// `Dockerfile:12`, as an editor understands it.
        package var place: String?
        package var evidence: [String]
        /// Why it matters, one sentence.
        package var why: String?
        package var advice: String?
        /// The heading of the slide that teaches it.
        package var slide: String?
        private var pointsGot: Double?
        private var pointsOf: Double?

        /// Makes a check.
        package init(
            id: String, outcome: Outcome, points: (got: Double, of: Double)? = nil, expected: String = "",
            actual: String = "", place: String? = nil, evidence: [String] = [], why: String? = nil,
            advice: String? = nil, slide: String? = nil
        ) {
            self.id = id
            self.outcome = outcome
            self.expected = expected
            self.actual = actual
            self.place = place
            self.evidence = evidence
            self.why = why
            self.advice = advice
            self.slide = slide
            self.points = points
        }
    }

    /// The exercise being judged, first of all: nobody must wonder which one it was.
    package var title: String
    /// The whole.
    package var outcome: Outcome
    package var score: Double
    package var maxScore: Double
    package var checks: [Check]
    /// What was found out about how the image came to be.
    package var integrity: [Check]
    package var sizes: SizeChart?
    package var seconds: Double
    package var cachedSteps: Int
    package var totalSteps: Int
    /// What is worth knowing and takes no points.
    package var notes: [String]
    /// What to do now, one line each.
    package var next: [String]

    /// Makes a display.
    package init(
        title: String, outcome: Outcome, score: Double = 0, maxScore: Double = 0, checks: [Check] = [],
        integrity: [Check] = [], sizes: SizeChart? = nil, seconds: Double = 0, cachedSteps: Int = 0,
        totalSteps: Int = 0, notes: [String] = [], next: [String] = []
    ) {
        self.title = title
        self.outcome = outcome
        self.score = score
        self.maxScore = maxScore
        self.checks = checks
        self.integrity = integrity
        self.sizes = sizes
        self.seconds = seconds
        self.cachedSteps = cachedSteps
        self.totalSteps = totalSteps
        self.notes = notes
        self.next = next
    }
}
