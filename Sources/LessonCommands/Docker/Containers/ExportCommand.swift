import ArgumentParser
import Build
import Glibc
import Images
import SystemPackage

struct ExportCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Export a container's filesystem as a tar archive.",
        discussion: "`docker run --name NAME IMAGE ...` makes a container that is kept when its program has ended.")

    @Argument(help: "The container.")
    var container: String

    @Option(name: .shortAndLong, help: "Write to a file instead of standard output.", completion: .file())
    var output: String?

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        if output == nil, isatty(STDOUT_FILENO) == 1 {
            throw CommandError(
                "terminal", "cowardly refusing to save to a terminal. Use the -o flag or redirect", status: .failed)
        }
        let engine = try await EngineSession.open(console)
        let found = try engine.store.requireContainer(container)
        guard let image = found.image else {
            throw CommandError(
                "running", "the container \(container) is running: only one that has ended can be exported",
                hint: "end its program first", status: .failed)
        }
        let export = TreeExport(image, from: engine.builder)
        guard let output else { return try await export.writeArchive(to: STDOUT_FILENO) }
        try await WholeFile.write(to: FilePath(output)) { try await export.writeArchive(to: $0) }
    }
}
