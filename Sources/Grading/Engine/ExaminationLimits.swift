import Build
package import Lessons
import Linux

/// The limits of an exercise, as the engine gets them.
package typealias ExaminationLimits = ExerciseLimits

extension BuildLimits {
    /// The limits of a submission's build: the exercise's, and the engine's for what it says nothing of.
    init(_ exercise: ExaminationLimits) {
        self.init()
        wall = .seconds(exercise.buildSeconds)
        cpu = exercise.buildProcessorSeconds.map { .seconds($0) }
        step.wall = .seconds(min(exercise.stepSeconds ?? exercise.buildSeconds, exercise.buildSeconds))
        step.cpu = cpu ?? step.cpu
        step.memory = exercise.memory
        step.processes = exercise.processes
        step.writtenBytes = exercise.disk
        step.outputBytes = exercise.buildOutput
        step.files = exercise.files ?? step.files
        contextBytes = exercise.contextBytes ?? contextBytes
        stages = exercise.stages ?? stages
        instructions = exercise.instructions ?? instructions
    }
}
