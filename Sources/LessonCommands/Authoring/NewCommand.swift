import ArgumentParser
import Lessons
import SystemPackage
import TerminalUI

struct NewCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Make a lesson to start from: slides, an exercise with its rubric, starter files, a solution.")

    @Argument(help: "The folder to make; its last part is the lesson's name.", completion: .directory)
    var name: String

    @OptionGroup var output: OutputOptions

    private struct Document: Encodable {
        var lesson: String
        var path: String
        var files: [String]
    }

    func validate() throws {
        guard let id = FilePath(name).lastComponent?.string, LessonScaffold.isPlain(id) else {
            throw ValidationError("A lesson's name is made of letters, digits, '-', '_' and '.'.")
        }
    }

    func execute(_ console: Console) async throws {
        let folder = ProgramPath.currentFolder.pushing(FilePath(name)).lexicallyNormalized()
        let id = folder.lastComponent?.string ?? name
        if LocalFiles.kind(folder) != nil {
            let names = (try? LocalFiles.names(in: folder)) ?? []
            guard names.isEmpty, LocalFiles.kind(folder, following: true) == .folder else {
                throw CommandError(
                    "exists", "\(folder) is there already and not empty", hint: "give another name", status: .failed)
            }
        }
        let files = LessonScaffold(name: id).files
        do throws(LocalFiles.Failure) {
            for (path, text) in files {
                let file = folder.pushing(FilePath(path))
                try LocalFiles.makeFolders(file.removingLastComponent())
                _ = try LocalFiles.create(file, with: Array(text.utf8))
            }
        } catch {
            throw CommandError("unwritable", error.message, hint: "is the folder writable?")
        }
        if console.isJSON {
            return try console.json(Document(lesson: id, path: folder.string, files: files.map(\.path)))
        }
        console.print(files.map { StyledLine("\(name)/\($0.path)") })
        console.note([
            StyledLine(),
            StyledLine(
                inlineCode(
                    "`lesson lint \(ShellWord.quoted("\(name)/slides.md"))` looks for mistakes, "
                        + "`lesson start \(ShellWord.quoted("./\(name)")) try` tries it")),
        ])
    }
}
