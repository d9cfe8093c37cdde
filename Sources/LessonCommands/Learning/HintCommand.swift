import ArgumentParser
import Lessons
import TerminalUI

struct HintCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "hint", abstract: "One hint at a time, chosen by what failed last.")

    @Argument(help: "The exercise; the current one by default.")
    var id: String?

    @Flag(help: "Print every hint.")
    var all = false

    @OptionGroup var output: OutputOptions

    private struct Document: Encodable {
        struct Item: Encodable {
            var number: Int
            var check: String?
            var text: String
        }
        var exercise: String
        var hints: [Item]
        var of: Int
    }

    func execute(_ console: Console) async throws {
        var session = try LearnerSession.open()
        let exercise = try session.exercise(id)
        let ladder = HintLadder(exercise: exercise, progress: session.progress[exercise.id])
        var shown = all ? ladder.hints : []
        if !all, let next = ladder.next {
            shown = [next]
            try session.update { $0[exercise.id].hints += 1 }
        }
        if console.isJSON {
            return try console.json(
                Document(
                    exercise: exercise.id,
                    hints: shown.map { hint in
                        .init(
                            number: (ladder.hints.firstIndex(of: hint) ?? 0) + 1, check: hint.check, text: hint.text)
                    },
                    of: ladder.hints.count))
        }
        guard !shown.isEmpty else {
            let words =
                ladder.hints.isEmpty
                ? "\(exercise.id) has no hints"
                : "all \(ladder.hints.count) hints of \(exercise.id) have been shown: `lesson hint --all` repeats them"
            console.note([StyledLine(inlineCode("\(words); `lesson solution --reveal` shows the solution"))])
            return
        }
        for hint in shown {
            let number = (ladder.hints.firstIndex(of: hint) ?? 0) + 1
            let about = hint.check.map { " for the check \($0)" } ?? ""
            console.print([StyledLine("hint \(number) of \(ladder.hints.count)\(about)", .strong)])
            console.print(LineWrapper(width: console.out.proseWidth, first: [Span("  ")]).wrap(inlineCode(hint.text)))
        }
    }
}

/// The hints of an exercise in the order they help, and which one is next.
struct HintLadder {
    let hints: [Hint]
    private let shown: Int

    init(exercise: Exercise, progress: ExerciseProgress) {
        let ordered = exercise.hints(failing: progress.failing)
        // Those for checks that do not fail come last: they help with what may fail next.
        hints = ordered + exercise.hints.filter { !ordered.contains($0) }
        shown = progress.hints
    }

    /// The next one to show, or nil when all have been.
    var next: Hint? { hints.indices.contains(shown) ? hints[shown] : nil }
}
