import ArgumentParser
import Lessons
import Slides
import SystemPackage
import TerminalUI

struct StartCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Make a workspace with a lesson's starter files and print its first slide.",
        discussion: "A workspace that is there already is kept: nothing of yours is overwritten.")

    @Argument(help: "A lesson's name (see `lesson list`), or the path of a deck or of a lesson's folder.")
    var lesson: String

    @Argument(help: "The folder to make; the lesson's name by default.", completion: .directory)
    var dir: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if lesson.isEmpty { throw ValidationError("The lesson's name is empty: `lesson list` shows what there is.") }
        if dir?.isEmpty == true { throw ValidationError("The folder's name is empty.") }
    }

    private struct Document: Encodable {
        var lesson: String
        var title: String
        var workspace: String
        var files: [String]
        var kept: [String]
        var position: Int
        var of: Int
    }

    func execute(_ console: Console) async throws {
        let lesson = try LearnerSession.load(self.lesson)
        let folder = FilePath(dir ?? lesson.id)
        let (session, started) = try LearnerSession.start(lesson, at: folder)
        if console.isJSON {
            return try console.json(
                Document(
                    lesson: lesson.id, title: lesson.title, workspace: session.root.string, files: started.written,
                    kept: started.kept,
                    position: session.progress.position, of: lesson.deck.slides.count))
        }
        if started.wasStarted { console.note("the workspace \(folder) was there already: going on where you were") }
        if !started.written.isEmpty { console.note("in \(folder): \(started.written.joined(separator: ", "))") }
        for path in started.kept { console.note("kept your own \(path)") }
        console.note([StyledLine()])
        try SlidePage(
            lesson: lesson, progress: session.progress,
            number: Walk(lesson: lesson, progress: session.progress).position
        ).print(console)
        console.note([
            StyledLine(), StyledLine(inlineCode("`cd \(ShellWord.quoted(folder.string))`, then `lesson next`")),
        ])
    }
}
