package import Lessons

/// The limits of an exercise, as the engine gets them.
package typealias ExaminationLimits = ExerciseLimits
