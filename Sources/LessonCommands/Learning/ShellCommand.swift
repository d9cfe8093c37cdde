import ArgumentParser
import Lessons

struct ShellCommand: LessonCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell", abstract: "A shell in the workspace where `docker` is the embedded engine.")

    @OptionGroup var display: DisplayOptions

    func makeConsole() -> Console { display.console(isJSON: false) }

    func execute(_ console: Console) async throws {
        let session = try LearnerSession.open()
        console.note("`docker` is the embedded engine here; `exit` leaves")
        try WorkspaceShell(session.workspace).interact()
    }
}
