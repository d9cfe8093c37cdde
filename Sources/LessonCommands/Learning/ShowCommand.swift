import ArgumentParser
import Lessons

struct ShowCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the current slide, or another, and stay where you are.")

    @Argument(help: "The number of a slide, the id of an exercise, or words of a title; the current one by default.")
    var slide: String?

    @Flag(help: "Print the speaker's notes too.")
    var notes = false

    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        let session = try LearnerSession.open()
        let number =
            try slide.map { try SlideFinder(lesson: session.lesson).number(for: $0) }
            ?? Walk(lesson: session.lesson, progress: session.progress).position
        try SlidePage(lesson: session.lesson, progress: session.progress, number: number, showsNotes: notes)
            .print(console)
    }
}
