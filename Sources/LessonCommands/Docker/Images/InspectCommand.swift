import ArgumentParser
import Images
import OCI

struct InspectCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Return low-level information on images.")

    @OptionGroup var options: InspectOptions

    @Option(help: "Only objects of this type; images are the only ones there are.")
    var type: String?

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        if let type, type != "image" {
            throw CommandError(
                "unsupported", "--type \(type) is not supported", hint: "this engine keeps images only",
                status: .docker)
        }
        try await options.execute(console)
    }
}

struct ImageInspectCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Display detailed information on one or more images.")

    @OptionGroup var options: InspectOptions
    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws { try await options.execute(console) }
}

struct InspectOptions: ParsableArguments, Sendable {
    @Argument(help: "Names or ids of images.")
    var images: [String]

    @Option(name: [.customShort("f"), .long], help: "'json' or a Go template.")
    var format: String?

    func execute(_ console: Console) async throws {
        let template = try format.flatMap { $0 == "json" ? nil : $0 }.map { try GoTemplate(parsing: $0) }
        let engine = try await EngineSession.open(console)
        var documents: [JSON] = []
        var missing: [String] = []
        for name in images {
            if let image = try await engine.store.image(matching: name) {
                documents.append(try await InspectDocument.make(image, engine.store))
            } else {
                missing.append(name)
            }
        }
        if let template {
            for document in documents { console.printText(try template.render(document) + "\n") }
        } else if format == "json" {
            console.printJSON(JSON.array(documents).text)
        } else {
            console.printJSON(JSON.array(documents).indented())
        }
        guard missing.isEmpty else {
            throw CommandError(
                "no-such-image", missing.map { "No such image: \($0)" }.joined(separator: "\n"), status: .failed)
        }
    }
}
