import Checks
package import Lessons
package import SystemPackage

/// Examines the files that a lesson itself has for its exercises, in folders of their own.
///
/// Exercises are proved in the lesson's order: a later one may be measured against the solution of an earlier one.
package struct LessonProof: Sendable {
    package let lesson: Lesson
    private let references = ReferenceImages()
    private let secret: [UInt8]
    private let scratch: FilePath
    /// The folders of solutions that passed, by exercise.
    private var solved: [String: FilePath] = [:]

    /// - Parameters:
    ///   - scratch: a folder for the files; it is made, and is the caller's to remove.
    package init(_ lesson: Lesson, secret: [UInt8], scratch: FilePath) {
        self.lesson = lesson
        self.secret = secret
        self.scratch = scratch
    }

    /// Judges the starter and the solution of an exercise.
    /// - Parameter progress: told which of the two is looked at.
    package mutating func prove(
        _ exercise: Exercise, with engine: any ExaminationEngine, progress: @Sendable (String) -> Void = { _ in }
    ) async throws(LocalFiles.Failure) -> ExerciseProof {
        let examination = Examination(
            of: exercise, in: lesson, engine: engine, references: references, secret: secret)
        let own = exercise.reference?.exercise.flatMap { solved[$0] }
        let place = scratch.appending("\(lesson.exercises.firstIndex { $0.id == exercise.id } ?? 0)")

        progress("starter")
        let begun = place.appending("starter")
        try Self.write(exercise.starter, to: begun)
        let starter = await examination.examine(folder: begun, scope: "verify", ownReference: own).verdict

        // Who is stopped wants no second build; what is returned then is for nobody.
        guard !Task.isCancelled, let files = try exercise.solutionFiles() else {
            return ExerciseProof(exercise: exercise, starter: starter, solution: nil)
        }
        progress("solution")
        let done = place.appending("solution")
        try Self.write(exercise.starter, to: done)
        try Self.write(files, to: done)
        let solution = await examination.examine(folder: done, scope: "verify", ownReference: own).verdict
        if solution.verdict == .pass { solved[exercise.id] = done }
        return ExerciseProof(exercise: exercise, starter: starter, solution: solution)
    }

    /// Writes files below `folder`, over those that are there.
    private static func write(_ files: [StarterFile], to folder: FilePath) throws(LocalFiles.Failure) {
        try LocalFiles.makeFolders(folder)
        for file in files {
            let path = folder.pushing(FilePath(file.path))
            try LocalFiles.makeFolders(path.removingLastComponent())
            try LocalFiles.replace(path, with: file.contents, mode: file.mode)
        }
    }
}
