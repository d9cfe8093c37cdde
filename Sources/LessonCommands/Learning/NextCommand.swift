import ArgumentParser
import Lessons

struct NextCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract: "Print the next slide.",
        discussion: """
            A slide with an exercise is left when the exercise is done, or with --skip, which marks it as skipped; \
            `lesson check` takes it up again at any time.
            """)

    @Flag(help: "Go on although the exercise of this slide is not done.")
    var skip = false

    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        var session = try LearnerSession.open()
        let walk = Walk(lesson: session.lesson, progress: session.progress)
        let unsolved = walk.unsolvedOnLeaving
        if let first = unsolved.first, !skip {
            let names = unsolved.map(\.id).joined(separator: ", ")
            throw CommandError(
                "exercise-unsolved",
                unsolved.count == 1
                    ? "the exercise \(names) of this slide is not done yet"
                    : "the exercises \(names) of this slide are not done yet",
                hint:
                    "`lesson check \(first.id)` to check it, `lesson hint` for help, `lesson next --skip` to go on without",
                status: .failed)
        }
        guard let next = walk.next else {
            throw CommandError(
                "last-slide", "that was the last slide of \(session.lesson.id)",
                hint: "`lesson list` shows what is done", status: .failed)
        }
        try session.update { progress in
            for exercise in unsolved { progress[exercise.id].state = .skipped }
            progress.position = next
        }
        try SlidePage(lesson: session.lesson, progress: session.progress, number: next).print(console)
    }
}
