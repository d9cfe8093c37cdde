import ArgumentParser
import Images
import OCI

struct InspectCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Return low-level information on images and containers.")

    @OptionGroup var options: InspectOptions

    @Option(help: "Only objects of this type: image or container.")
    var type: InspectOptions.Kind?

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        try await InspectOptions.inspect(options.objects, kind: type, format: options.format, console)
    }
}

struct ImageInspectCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Display detailed information on one or more images.")

    @OptionGroup var options: InspectOptions
    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        try await InspectOptions.inspect(options.objects, kind: .image, format: options.format, console)
    }
}

struct InspectOptions: ParsableArguments, Sendable {
    enum Kind: String, ExpressibleByArgument, CaseIterable, Sendable {
        case image
        case container
    }

    @Argument(help: ArgumentHelp("Names or ids.", valueName: "name"))
    var objects: [String]

    @Option(name: [.customShort("f"), .long], help: "'json' or a Go template.")
    var format: String?

    /// Prints what is there, then says what is not.
    /// - Parameter kind: nil for whatever has the name, containers first, as in Docker.
    static func inspect(_ names: [String], kind: Kind?, format: String?, _ console: Console) async throws {
        let template = try format.flatMap { $0 == "json" ? nil : $0 }.map { try GoTemplate(parsing: $0) }
        let store = try await EngineSession.open(console).store
        var documents: [JSON] = []
        var missing: [String] = []
        for name in names {
            if kind != .image, let container = try store.container(matching: name) {
                documents.append(try await ContainerDocument.make(container, store))
            } else if kind != .container, let image = try await store.image(matching: name) {
                documents.append(try await InspectDocument.make(image, store))
            } else {
                missing.append(name)
            }
        }
        if let template {
            for document in documents {
                console.printText(try template.render(InspectDocument.forTemplates(document)) + "\n")
            }
        } else if format == "json" {
            console.printJSON(JSON.array(documents).text)
        } else {
            console.printJSON(JSON.array(documents).indented(order: InspectDocument.order))
        }
        guard missing.isEmpty else {
            let word = kind?.rawValue ?? "object"
            throw CommandError(
                "no-such-\(word)", missing.map { "No such \(word): \($0)" }.joined(separator: "\n"), status: .failed)
        }
    }
}
