import ArgumentParser
import Lessons
import Slides
import TerminalUI

struct RunCommand: LessonCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the commands of a code block of the current slide.",
        discussion: """
            Where the block has prompts, only its `$ ` lines are run; `docker` is the embedded engine. \
            Each command is printed before it is run, and the first that fails ends it.
            """)

    @Argument(help: "The number of the block on the slide; needed when there are several.")
    var number: Int?

    @OptionGroup var display: DisplayOptions

    func makeConsole() -> Console { display.console(isJSON: false) }

    func execute(_ console: Console) async throws {
        let session = try LearnerSession.open()
        let fence = try fence(session)
        let commands = fence.runnableCommands.map(\.text)
        guard !commands.isEmpty else {
            throw CommandError(
                "not-commands", "block \(fence.index + 1) holds no commands for a shell",
                hint: "only blocks of a shell, or lines with the prompt `$ `, are run", status: .usage)
        }
        let shell = try WorkspaceShell(session.workspace)
        for command in commands {
            console.note([StyledLine([Span("$ ", .muted), Span(command, .strong)])])
            let status = try shell.run(command)
            guard status == 0 else {
                throw CommandError(
                    "command-failed", "the command ended with status \(status)", hint: "the others were not run",
                    status: .failed)
            }
        }
    }

    private func fence(_ session: LearnerSession) throws -> Fence {
        let slides = session.lesson.deck.slides
        let position = Walk(lesson: session.lesson, progress: session.progress).position
        var start = position
        while start > 1, slides[start - 1].isFragment { start -= 1 }
        let fences = slides.isEmpty ? [] : slides[(start - 1)..<position].flatMap(\.fences)
        guard !fences.isEmpty else {
            throw CommandError("no-code", "slide \(position) has no code to run", status: .usage)
        }
        if let number {
            guard let fence = fences.first(where: { $0.index == number - 1 }) else {
                throw CommandError(
                    "no-such-block", "slide \(position) has no block \(number)",
                    hint: "it has blocks 1 to \(fences.count)", status: .usage)
            }
            return fence
        }
        let runnable = fences.filter { !$0.runnableCommands.isEmpty }
        guard let first = runnable.first else { return fences[0] }
        guard runnable.count > 1 else { return first }
        throw CommandError(
            "several-blocks", "slide \(position) has \(runnable.count) blocks of commands",
            hint: "`lesson run \(first.index + 1)` runs the first; `lesson show` shows their numbers", status: .usage)
    }
}
