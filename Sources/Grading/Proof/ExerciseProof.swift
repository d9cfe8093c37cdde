package import Checks
package import Diagnostics
package import Lessons
import Slides

/// What examining an exercise's own files shows of it: that there is something to do, and that it can be done.
package struct ExerciseProof: Sendable {
    package let exercise: Exercise
    /// The verdict on what a learner begins with.
    package var starter: Verdict
    /// The verdict on the model solution; nil when there is none.
    package var solution: Verdict?

    package init(exercise: Exercise, starter: Verdict, solution: Verdict?) {
        self.exercise = exercise
        self.starter = starter
        self.solution = solution
    }

    /// Why there was no verdict on something, in words.
    package struct Obstacle: Sendable, Hashable {
        /// `starter` or `solution`.
        package var what: String
        package var reason: Ungradable
    }

    /// What could not be judged. A starter without a Dockerfile is one that does not pass.
    package var obstacles: [Obstacle] {
        var found: [Obstacle] = []
        if starter.verdict == .error, starter.error?.reason != .noDockerfile {
            found.append(Obstacle(what: "starter", reason: starter.error ?? Self.unknown))
        }
        if let solution, solution.verdict == .error, solution.error?.reason != .noDockerfile {
            found.append(Obstacle(what: "solution", reason: solution.error ?? Self.unknown))
        }
        return found
    }

    private static let unknown = Ungradable(.fault, message: "there is no verdict")

    /// What is wrong with the exercise, by the rules `starter-passes`, `solution-fails` and `missing-solution`.
    package var findings: [Diagnostic] {
        var found: [Diagnostic] = []
        if starter.verdict == .pass {
            found.append(
                finding(
                    "starter-passes", "the starter of `\(exercise.id)` passes as it is",
                    hint: "take something out of it, or add a required check for what the exercise is about"))
        }
        switch solution?.verdict {
        case nil:
            found.append(
                finding(
                    "missing-solution", "`\(exercise.id)` has no solution, so nothing shows that it can be solved",
                    hint: "name its folder with `solution:`, or put it into `Solutions/LESSON/\(exercise.id)`"))
        case .fail: found.append(failure(solution?.checks ?? []))
        case .error where solution?.error?.reason == .noDockerfile:
            found.append(
                finding(
                    "solution-fails", "the solution of `\(exercise.id)` has no `\(exercise.dockerfile)`",
                    hint: solution?.error?.remedy))
        case .error, .pass: break
        }
        return found
    }

    private func failure(_ checks: [CheckResult]) -> Diagnostic {
        let failed = checks.filter { $0.verdict == .fail }
        let required = failed.filter { result in
            exercise.rubric.check(result.id).map { $0.isRequired || $0.isGate } ?? false
        }
        let flagged = solution?.integrity.filter { $0.verdict == .flagged } ?? []
        let words =
            (required.isEmpty ? failed : required).map { "`\($0.id)`: \($0.actual)" }
            + flagged.map { "`\($0.id)`: the program does not come from the source" }
        return finding(
            "solution-fails",
            "the solution of `\(exercise.id)` does not pass"
                + (words.isEmpty ? "" : ": " + words.joined(separator: "; ")),
            hint: required.lazy.compactMap(\.advice).first
                ?? "correct the solution, or the check that asks for something else")
    }

    private func finding(_ rule: String, _ message: String, hint: String?) -> Diagnostic {
        Diagnostic(
            id: rule, severity: LintRule.named(rule)?.severity ?? .error, file: exercise.place?.file,
            range: exercise.place?.range, message: message, hint: hint)
    }
}
