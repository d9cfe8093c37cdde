import ArgumentParser
import Images
import OCI

struct ListContainersCommand: DockerCommand {
    static let configuration = CommandConfiguration(commandName: "ps", abstract: "List containers.")

    /// `docker container ls`, the same command.
    struct Listing: DockerCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "List containers.", aliases: ["list", "ps"])

        @OptionGroup var options: ListContainersOptions
        @OptionGroup var display: DisplayOptions

        func execute(_ console: Console) async throws { try await options.execute(console) }
    }

    @OptionGroup var options: ListContainersOptions
    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws { try await options.execute(console) }
}

struct ListContainersOptions: ParsableArguments, Sendable {
    @Flag(name: [.customShort("a"), .long], help: "Show those that have ended too.")
    var all = false

    @Flag(name: [.customShort("q"), .long], help: "Only show container IDs.")
    var quiet = false

    @Flag(name: .long, help: "Do not truncate output.")
    var noTrunc = false

    @Flag(name: [.customShort("l"), .long], help: "Show the latest container, whatever its state.")
    var latest = false

    @Option(name: [.customShort("n"), .long], help: "Show the last so many, whatever their state.")
    var last: Int?

    @Option(
        name: [.customShort("f"), .customLong("filter")],
        help: "name=TEXT, id=TEXT, status=STATE, exited=CODE, ancestor=IMAGE or label=NAME[=VALUE].")
    var filters: [String] = []

    @Option(help: "'table', 'table TEMPLATE', 'json', or a Go template.")
    var format: String?

    func execute(_ console: Console) async throws {
        let filters = try filters.map { text in try Filter(text) }
        let engine = try await EngineSession.open(console)
        let asksForState = filters.contains { ["status", "exited"].contains($0.key) }
        let count = latest ? 1 : last
        var found = try engine.store.containers().map(\.record)
        if !all, count == nil, !asksForState { found.removeAll { $0.state != .running } }
        found.removeAll { record in !filters.allSatisfy { $0.accepts(record) } }
        if let count, count >= 0 { found = Array(found.prefix(count)) }
        let now = DockerTime.now
        let rows = found.map { ContainerSummary(record: $0).row(now: now, truncates: !noTrunc) }
        if quiet, format == nil { return console.printText(rows.map { ($0["ID"]?.string ?? "") + "\n" }.joined()) }
        let listing = DockerListing(
            fields: ContainerSummary.fields,
            columns: ["ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names"], rows: rows)
        console.printText(try listing.text(format: format))
    }

    private struct Filter {
        let key: String
        let value: String

        init(_ text: String) throws {
            guard let (key, value) = BuildArguments.pair(text),
                ["name", "id", "status", "exited", "ancestor", "label"].contains(key)
            else {
                throw CommandError(
                    "invalid-filter", "Invalid filter '\(text.prefix { $0 != "=" })'",
                    hint: "name, id, status, exited, ancestor and label are supported", status: .failed)
            }
            self.key = key
            self.value = value
        }

        func accepts(_ record: ContainerRecord) -> Bool {
            switch key {
            case "name": return record.name.contains(value)
            case "id": return record.id.hasPrefix(value)
            case "status": return record.state.rawValue == value
            case "exited": return record.state == .exited && "\(record.exitCode)" == value
            case "ancestor":
                let names = [record.imageName, record.imageName.hasSuffix(":latest") ? record.imageName : ""]
                return names.contains(value) || "\(record.imageName):latest" == value
                    || record.imageName == "\(value):latest"
            default:
                guard let (name, wanted) = BuildArguments.pair(value) else {
                    return record.configuration.labels[value] != nil
                }
                return record.configuration.labels[name] == wanted
            }
        }
    }
}
