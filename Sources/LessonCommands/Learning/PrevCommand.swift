import ArgumentParser
import Lessons

struct PrevCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "prev", abstract: "Print the previous slide. Runs nothing.")

    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        var session = try LearnerSession.open()
        guard let previous = Walk(lesson: session.lesson, progress: session.progress).previous else {
            throw CommandError("first-slide", "this is the first slide of \(session.lesson.id)", status: .failed)
        }
        try session.update { $0.position = previous }
        try SlidePage(lesson: session.lesson, progress: session.progress, number: previous).print(console)
    }
}
