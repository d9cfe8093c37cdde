import ArgumentParser
import Lessons

struct GotoCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "goto", abstract: "Go to a slide and print it.")

    @Argument(help: "The number of a slide, the id of an exercise, or words of a title.")
    var slide: String

    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        var session = try LearnerSession.open()
        let number = try SlideFinder(lesson: session.lesson).number(for: slide)
        try session.update { $0.position = number }
        try SlidePage(lesson: session.lesson, progress: session.progress, number: number).print(console)
    }
}
