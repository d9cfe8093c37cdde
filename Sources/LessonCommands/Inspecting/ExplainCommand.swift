import ArgumentParser
import Checks
import TerminalUI

struct ExplainCommand: ReportingCommand, EngineCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say which stage, instruction and line put a file into an image, back to where it began.",
        discussion: """
            Followed through COPY --from, mounts, links, renames and strip. IMAGE is named as for `lesson inspect`; without \
            it, the current exercise of the workspace is built (from the cache) and meant.
            """)

    @Argument(help: "The path in the image.")
    var path: String

    @Argument(help: "An image, or what one is built from; the current exercise by default.", completion: .file())
    var image: String?

    @Option(help: "The exercise of the workspace, by id.")
    var exercise: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if image != nil, exercise != nil { throw ValidationError("Name an image or an exercise, not both.") }
        if path.isEmpty { throw ValidationError("The path is empty.") }
    }

    func execute(_ console: Console) async throws {
        var opening = try await ImageOpening(console)
        do {
            let opened = try await opening.open(image, exercise: exercise)
            let found = try await Explanation.all(opened, ImagePath(path))
            if console.isJSON {
                var document = found[0].document
                if found.count > 1 { document.target = found.dropFirst().map(\.document) }
                try console.json(document)
            } else {
                for (index, one) in found.enumerated() {
                    if index > 0 { console.print([StyledLine(), StyledLine("it leads to", .muted)]) }
                    console.printFolded(one.lines(console.out))
                }
            }
        } catch {
            await opening.cleanUp()
            throw error
        }
        await opening.cleanUp()
    }
}
