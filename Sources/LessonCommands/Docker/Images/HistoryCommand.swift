import ArgumentParser
import Images
import OCI
import TerminalUI

struct HistoryCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show the history of an image.")

    @Argument(help: "The image.")
    var image: String

    @Flag(name: [.customShort("q"), .long], help: "Only show image IDs.")
    var quiet = false

    @Flag(name: .long, help: "Do not truncate output.")
    var noTrunc = false

    @Flag(name: [.customShort("H"), .long], inversion: .prefixedNo, help: "Sizes and dates for people.")
    var human = true

    @Option(help: "'table', 'table TEMPLATE', 'json', or a Go template.")
    var format: String?

    @OptionGroup var display: DisplayOptions

    private static let fields: [DockerListing.Column] = [
        .init(field: "ID", heading: "IMAGE"), .init(field: "CreatedSince", heading: "CREATED"),
        .init(field: "CreatedAt", heading: "CREATED AT"), .init(field: "CreatedBy", heading: "CREATED BY"),
        .init(field: "Size", heading: "SIZE"), .init(field: "Comment", heading: "COMMENT"),
    ]

    func execute(_ console: Console) async throws {
        let engine = try await EngineSession.open(console)
        let named = try await engine.store.require(image)
        let id = try await engine.store.imageID(of: named.image)
        let shown = noTrunc ? id.description : String(id.hex.prefix(12))
        let rows = try self.rows(named.image, id: shown, engine.store)
        if quiet, format == nil { return console.printText(rows.map { ($0["ID"]?.string ?? "") + "\n" }.joined()) }
        let columns = ["ID", human ? "CreatedSince" : "CreatedAt", "CreatedBy", "Size", "Comment"]
        console.printText(
            try DockerListing(fields: Self.fields, columns: columns, rows: rows).text(format: format))
    }

    /// Newest first; only the newest entry is an image that has an id here, as in Docker since BuildKit.
    private func rows(_ image: StoredImage, id: String, _ store: Store) throws -> [[String: JSON]] {
        var layers = image.layers[...]
        var sizes: [Int64] = []
        for entry in image.configuration.history {
            sizes.append(entry.emptyLayer ? 0 : try layers.popFirst().map { try store.contentBytes(of: $0) } ?? 0)
        }
        var rows = zip(image.configuration.history, sizes).map { entry, size in
            row(entry.createdBy ?? "", entry.created, size, entry.comment ?? "")
        }
        // Layers that the history says nothing of exist too.
        for layer in layers { rows.append(row("", nil, try store.contentBytes(of: layer), "")) }
        rows.reverse()
        if !rows.isEmpty { rows[0]["ID"] = .string(id) }
        return rows
    }

    private func row(_ by: String, _ created: Timestamp?, _ size: Int64, _ comment: String) -> [String: JSON] {
        var by = by.replacing("\t", with: " ").replacing("\n", with: " ")
        if !noTrunc { by = DisplayWidth.cut(by, to: 45, ellipsis: "…") }
        return [
            "ID": "<missing>", "CreatedSince": .string(ImageSummary.since(created, DockerTime.now)),
            "CreatedAt": .string(created.map { Timestamp(seconds: $0.seconds).description } ?? "N/A"),
            "CreatedBy": .string(by),
            "Size": .string(human ? "\(ByteCount(size))" : "\(size)"), "Comment": .string(comment),
        ]
    }
}
