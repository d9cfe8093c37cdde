/// How far a learner is: a small file that a person can read and carry to another machine.
package struct Progress: Sendable, Hashable, Codable {
    /// The format's version.
    package var version: Int
    /// ``Lesson/id``.
    package var lesson: String
    /// Where the lesson was found when the workspace was made: a path.
    package var source: String?
    /// The entry shown last (``Slide/number``), from 1.
    package var position: Int
    package var exercises: [String: ExerciseProgress]

    package init(lesson: String, source: String? = nil, position: Int = 1) {
        version = 1
        self.lesson = lesson
        self.source = source
        self.position = position
        exercises = [:]
    }

    /// The progress of one exercise; a fresh one when there is none.
    package subscript(exercise: String) -> ExerciseProgress {
        get { exercises[exercise] ?? ExerciseProgress() }
        set { exercises[exercise] = newValue }
    }
}

/// How far a learner is with one exercise.
package struct ExerciseProgress: Sendable, Hashable, Codable {
    package var state: State
    /// Checks that counted.
    package var attempts: Int
    /// How many hints were shown.
    package var hints: Int
    package var isSolutionRevealed: Bool
    package var bestScore: Int?
    /// The checks that failed last, to choose hints by.
    package var failing: [String]
    /// The size of the image that passed, in bytes (uncompressed layers): what later exercises are measured against.
    package var passedImageSize: Int64?

    package init() {
        state = .pending
        attempts = 0
        hints = 0
        isSolutionRevealed = false
        failing = []
    }

    package enum State: String, Sendable, Hashable, Codable {
        case pending
        case passed
        case skipped
    }
}
