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
        let reference: Reference
        do throws(ReferenceError) {
            reference = try Reference(parsing: target)
        } catch {
            throw CommandError(
                "reference-argument",
                "Error parsing reference: \"\(target)\" is not a valid repository/tag: \(error)",
                hint: "a name is lower case letters and digits, with . _ or - between them: hello:1", status: .failed)
        }
        let engine = try await EngineSession.open(console)
        try engine.store.tag(try await engine.store.require(source).image, as: reference.withDefaultTag)
    }
}
