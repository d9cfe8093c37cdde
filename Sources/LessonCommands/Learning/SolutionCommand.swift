import ArgumentParser
import Lessons
import SystemPackage
import TerminalUI

struct SolutionCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "solution",
        abstract: "The solution as a difference to your files, after passing or with --reveal.")

    @Argument(help: "The exercise; the current one by default.")
    var id: String?

    @Flag(help: "Show it although the exercise is not done.")
    var reveal = false

    @OptionGroup var output: OutputOptions

    private struct Document: Encodable {
        struct File: Encodable {
            var path: String
            var text: String
            var diff: String
        }
        var exercise: String
        var files: [File]
    }

    func execute(_ console: Console) async throws {
        var session = try LearnerSession.open()
        let exercise = try session.exercise(id)
        let progress = session.progress[exercise.id]
        guard progress.state == .passed || progress.isSolutionRevealed || reveal else {
            throw CommandError(
                "not-passed", "\(exercise.id) is not done yet",
                hint: "`lesson hint` helps; `lesson solution --reveal` shows the solution all the same", status: .failed
            )
        }
        let files = try exercise.solutionFiles() ?? []
        guard !files.isEmpty else {
            throw CommandError("no-solution", "\(exercise.id) comes without a solution", status: .failed)
        }
        if progress.state != .passed, !progress.isSolutionRevealed {
            try session.update { $0[exercise.id].isSolutionRevealed = true }
        }
        var document = Document(exercise: exercise.id, files: [])
        for file in files {
            let path = exercise.folder.isEmpty ? file.path : "\(exercise.folder)/\(file.path)"
            let mine = (try? LocalFiles.read(session.root.pushing(FilePath(path)), limit: 16 << 20))?.bytes
            let diff = UnifiedDiff(
                from: mine.map { String(decoding: $0, as: UTF8.self) } ?? "",
                to: String(decoding: file.contents, as: UTF8.self))
            if console.isJSON {
                let text = diff.lines(oldName: path, newName: "solution/\(path)").map(\.text).joined(separator: "\n")
                document.files.append(
                    .init(path: path, text: String(decoding: file.contents, as: UTF8.self), diff: text))
            } else if diff.isEmpty {
                console.print([StyledLine("\(path): the same as yours", .muted)])
            } else {
                console.print(diff.lines(oldName: path, newName: "solution/\(path)").map(\.styled))
            }
        }
        if console.isJSON { try console.json(document) }
    }
}
