import ArgumentParser
import Images
import OCI

struct ImagesCommand: DockerCommand {
    static let configuration = CommandConfiguration(commandName: "images", abstract: "List images.")

    /// `docker image ls`, the same command.
    struct Listing: DockerCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "List images.", aliases: ["list"])

        @OptionGroup var options: ImagesOptions
        @OptionGroup var display: DisplayOptions

        func execute(_ console: Console) async throws { try await options.execute(console) }
    }

    @OptionGroup var options: ImagesOptions
    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws { try await options.execute(console) }
}

struct ImagesOptions: ParsableArguments, Sendable {
    @Argument(help: "Only images of this name, or of this name and tag.")
    var name: String?

    @Flag(name: [.customShort("a"), .long], help: "Show all images (this engine keeps no intermediate ones).")
    var all = false

    @Flag(name: [.customShort("q"), .long], help: "Only show image IDs.")
    var quiet = false

    @Flag(name: .long, help: "Do not truncate output.")
    var noTrunc = false

    @Flag(name: .long, help: "Show digests.")
    var digests = false

    @Option(
        name: [.customShort("f"), .customLong("filter")],
        help: "reference=PATTERN, dangling=true|false, label=NAME[=VALUE], before=IMAGE or since=IMAGE.")
    var filters: [String] = []

    @Option(help: "'table', 'table TEMPLATE', 'json', or a Go template.")
    var format: String?

    func execute(_ console: Console) async throws {
        var filter = try ImageFilter(name: name, filters)
        let engine = try await EngineSession.open(console)
        try await filter.findImages(engine.store)
        let now = DockerTime.now
        let images = try await ImageSummary.all(engine.store).filter { filter.accepts($0.named.image) }
        let rows = images.flatMap { $0.rows(now: now, truncates: !noTrunc) }.filter(filter.accepts)
        // A line for each name, as in Docker: an image with two names is there twice.
        if quiet, format == nil { return console.printText(rows.map { ($0["ID"]?.string ?? "") + "\n" }.joined()) }
        let columns = ["Repository", "Tag"] + (digests ? ["Digest"] : []) + ["ID", "CreatedSince", "Size"]
        let listing = DockerListing(fields: ImageSummary.fields, columns: columns, rows: rows)
        console.printText(try listing.text(format: format))
    }
}
