import ArgumentParser
import Lessons
import SystemPackage
import TerminalUI

struct ResetCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "Put an exercise's files back to how they were at the start. Yours are kept in a backup.")

    @Argument(help: "The exercise; the current one by default.")
    var id: String?

    @Flag(help: "Every exercise.")
    var all = false

    @Flag(name: [.customShort("y"), .long], help: "Do not ask.")
    var yes = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if all, id != nil { throw ValidationError("Name an exercise or give --all, not both.") }
    }

    private struct Document: Encodable {
        var exercises: [String]
        var files: [String]
        var backups: [String]
    }

    func execute(_ console: Console) async throws {
        let session = try LearnerSession.open()
        let exercises = all ? session.lesson.exercises : [try session.exercise(id)]
        let names = exercises.map(\.id).joined(separator: ", ")
        if !yes {
            let question = "put the files of \(names) back to how they were at the start?"
            let again = ["lesson reset", all ? "--all" : id, "--yes"].compactMap { $0 }.joined(separator: " ")
            guard try Question.confirm(question, console, otherwise: "`\(again)` does not ask") else {
                console.note("nothing was changed")
                throw CommandExit(.failed)
            }
        }
        var restored: [Workspace.Restored] = []
        for exercise in exercises { restored.append(try session.workspace.reset(exercise, in: session.lesson)) }
        let backups = restored.compactMap(\.backup).map(\.string)
        if console.isJSON {
            return try console.json(
                Document(
                    exercises: exercises.map(\.id), files: restored.flatMap(\.files), backups: backups))
        }
        let files = restored.flatMap(\.files)
        console.note(
            "reset \(names): \(files.isEmpty ? "the files were as at the start" : files.joined(separator: ", "))")
        for backup in backups { console.note("what you had is kept in \(backup)") }
    }
}
