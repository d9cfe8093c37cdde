import ArgumentParser
import Images
import OCI

struct CommitCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "commit", abstract: "Create a new image from a container's changes.")

    @Argument(help: "The container.")
    var container: String

    @Argument(help: "The image's name.")
    var name: String?

    @Option(name: .shortAndLong, help: "Who made it.")
    var author: String?

    @Option(name: .shortAndLong, help: "A message for the image's history.")
    var message: String?

    @Option(name: .shortAndLong, help: "CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER or WORKDIR, as in a Dockerfile.")
    var change: [String] = []

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        let reference = try name.map { try parseReference($0).withDefaultTag }
        let engine = try await EngineSession.open(console)
        let found = try engine.store.requireContainer(container)
        guard let tree = found.image else {
            throw CommandError(
                "running", "the container \(container) is running: only one that has ended can be committed",
                hint: "end its program first", status: .failed)
        }
        let now = Timestamp(seconds: DockerTime.now)
        let base = try engine.store.images().first { $0.image.key == found.record.imageKey }?.image
        var configuration = base?.configuration ?? ImageConfiguration(platform: tree.configuration.platform)
        configuration.created = now
        configuration.author = author ?? configuration.author
        configuration.config = try ImportChanges.configuration(change, on: found.record.configuration)
        configuration.history.append(
            HistoryEntry(
                created: now, createdBy: found.record.arguments.joined(separator: " "), author: author,
                comment: message))
        let image = StoredImage(layers: tree.layers, configuration: configuration, origin: .built)
        try await engine.store.put(image, references: reference.map { [$0] } ?? [])
        console.print("\(try await engine.store.imageID(of: image))")
    }
}
