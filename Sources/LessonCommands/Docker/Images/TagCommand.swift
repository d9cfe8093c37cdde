import ArgumentParser
import Images
import OCI

struct TagCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag", abstract: "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE.")

    @Argument(help: "The image.")
    var source: String

    @Argument(help: "Its new name.")
    var target: String

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        let reference = try parseReference(target)
        let engine = try await EngineSession.open(console)
        try engine.store.tag(try await engine.store.require(source).image, as: reference.withDefaultTag)
    }
}
