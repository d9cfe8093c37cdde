import ArgumentParser
import Glibc
import Images
import OCI
import SystemPackage

struct ImportCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Make an image of one layer out of a tar archive of a root directory.")

    @Argument(help: "The archive, or - for standard input.", completion: .file())
    var source: String

    @Argument(help: "The image's name.")
    var name: String?

    @Option(name: .shortAndLong, help: "A message for the image's history.")
    var message: String?

    @Option(name: .shortAndLong, help: "CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER or WORKDIR, as in a Dockerfile.")
    var change: [String] = []

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        let reference = try name.map { try parseReference($0).withDefaultTag }
        let configuration = try ImportChanges.configuration(change)
        if source != "-" { _ = try LoadCommand.source(source) }
        let engine = try await EngineSession.open(console)
        let image = try await engine.store.importRoot(
            from: source == "-" ? .descriptor(STDIN_FILENO) : .file(FilePath(source)), configuration: configuration,
            created: Timestamp(seconds: DockerTime.now),
            comment: message
                ?? "Imported from \(source == "-" ? "-" : FilePath(source).lastComponent?.string ?? source)")
        try await engine.store.put(image, references: reference.map { [$0] } ?? [])
        console.print("\(try await engine.store.imageID(of: image))")
    }
}

/// What `--change` asks of an imported image.
enum ImportChanges {
    static func configuration(
        _ changes: [String], on configuration: ContainerConfiguration = ContainerConfiguration()
    ) throws -> ContainerConfiguration {
        var configuration = configuration
        for change in changes {
            let parts = change.split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2, let value = parts.last else { throw failure(change) }
            switch parts[0].uppercased() {
            case "CMD": configuration.command = words(value)
            case "ENTRYPOINT": configuration.entrypoint = words(value)
            case "ENV":
                guard value.contains("="), !value.hasPrefix("=") else { throw failure(change) }
                configuration.environment.append(value)
            case "EXPOSE": configuration.exposedPorts.insert(value.contains("/") ? value : "\(value)/tcp")
            case "LABEL":
                let pair = value.split(separator: "=", maxSplits: 1).map(String.init)
                guard pair.count == 2 else { throw failure(change) }
                configuration.labels[pair[0]] = pair[1]
            case "USER": configuration.user = value
            case "WORKDIR": configuration.workingDirectory = value
            default: throw failure(change)
            }
        }
        return configuration
    }

    /// A JSON array, else a line for the shell.
    private static func words(_ text: String) -> [String] {
        if let words = (try? JSON(parsing: text))?.strings { return words }
        return ["/bin/sh", "-c", text]
    }

    private static func failure(_ change: String) -> CommandError {
        CommandError(
            "invalid-change", "\"\(change)\" is not a change that can be made",
            hint: "CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER and WORKDIR can, as in a Dockerfile", status: .docker)
    }
}
