import ArgumentParser
import Glibc
import Images
import OCI
import SystemPackage

struct SaveCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "save",
        abstract: "Save one or more images to a tar archive.",
        discussion: "The archive is Docker's (manifest.json) and an OCI layout (index.json) at once.")

    @Option(name: .shortAndLong, help: "Write to a file instead of standard output.", completion: .file())
    var output: String?

    @Argument(help: "Names or ids of images.")
    var images: [String]

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        if output == nil, isatty(STDOUT_FILENO) == 1 {
            throw CommandError(
                "terminal", "cowardly refusing to save to a terminal", hint: "use the `-o` flag or redirect",
                status: .failed)
        }
        let engine = try await EngineSession.open(console)
        var found: [ImageToSave] = []
        for name in images {
            let image = try await engine.store.require(name)
            // By an id an image is saved without its names, as Docker does.
            let reference = (try? Reference(parsing: name))?.withDefaultTag
            let named = reference.map { image.references.contains($0) } ?? false
            found.append(ImageToSave(image.image, references: named ? [reference].compactMap { $0 } : []))
        }
        guard let output else { return try await engine.store.save(found, to: .descriptor(STDOUT_FILENO)) }
        try await WholeFile.write(to: FilePath(output)) { descriptor in
            try await engine.store.save(found, to: .descriptor(descriptor))
        }
    }
}
