import ArgumentParser
import Checks
import Grading
import Lessons
import TerminalUI

struct CheckCommand: ReportingCommand, EngineCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Build your exercise and check the image that comes out.",
        discussion: """
            Exit status 0 when it passes, 1 when it does not, 2 when it could not be checked: that is never held \
            against you.
            """)

    @Argument(help: "The exercise; the current one by default.")
    var id: String?

    @OptionGroup var runtime: RuntimeOptions

    @OptionGroup(title: "Limits, at most the lesson's") var limits: LimitOptions

    @OptionGroup var output: OutputOptions

    /// What the files alone tell needs no engine: no namespace, no image, no wait.
    var entersEngine: Bool {
        guard let session = try? LearnerSession.open(), let exercise = try? session.exercise(id) else { return true }
        return reading(exercise, session) == nil
    }

    private func reading(_ exercise: Exercise, _ session: LearnerSession) -> Verdict? {
        Reading(of: exercise, in: session.lesson).verdict(on: session.workspace.folder(of: exercise))
    }

    func execute(_ console: Console) async throws {
        let session = try LearnerSession.open()
        var exercise = try session.exercise(id)
        exercise.limits = limits.tightening(exercise.limits)
        let verdict: Verdict
        if let known = reading(exercise, session) {
            verdict = known
        } else {
            let check = try await ExerciseCheck(
                session: session, exercise: exercise, runtime: runtime.choice, console)
            verdict = try await check.run(console)
            // Who was stopped has no verdict.
            try Task.checkCancellation()
        }
        try ExerciseCheck.record(verdict, of: exercise, in: session)
        if console.isJSON {
            try console.json(verdict)
        } else {
            console.print(VerdictDisplay(verdict, exercise: exercise, lesson: session.lesson).lines(console.out))
        }
        switch verdict.verdict {
        case .pass: return
        case .fail: throw CommandExit(.failed)
        case .error: throw CommandExit(.couldNotRun)
        }
    }
}
