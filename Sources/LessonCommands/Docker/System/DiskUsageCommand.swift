import ArgumentParser
import Images
import OCI
import TerminalUI

struct DiskUsageCommand: DockerCommand {
    static let configuration = CommandConfiguration(commandName: "df", abstract: "Show disk usage.")

    @Option(help: "'table', 'table TEMPLATE', 'json', or a Go template.")
    var format: String?

    @Flag(name: [.customShort("v"), .long], help: "Each image, with what it shares with others, and the build cache.")
    var verbose = false

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var display: DisplayOptions

    func makeConsole() -> Console { display.console(isJSON: json) }

    func validate() throws {
        if json, format != nil { throw ValidationError("--json and --format are given at once") }
    }

    func execute(_ console: Console) async throws {
        let engine = try await EngineSession.open(console)
        if json { return console.printJSON(try await document(engine.store).text) }
        if verbose { return console.printText(try await details(engine.store)) }
        console.printText(
            try DockerListing(
                fields: [
                    .init(field: "Type", heading: "TYPE"), .init(field: "TotalCount", heading: "TOTAL"),
                    .init(field: "Active", heading: "ACTIVE"), .init(field: "Size", heading: "SIZE"),
                    .init(field: "Reclaimable", heading: "RECLAIMABLE"),
                ],
                columns: ["Type", "TotalCount", "Active", "Size", "Reclaimable"], rows: Self.rows(engine.store)
            ).text(format: format))
    }

    // MARK: - the table

    private static func rows(_ store: Store) throws -> [[String: JSON]] {
        let usage = try store.diskUsage()
        return [
            // No container outlives its command, so nothing is active but what runs now.
            row("Images", usage.images, usage.imageBytes, usage.imageBytes),
            row("Containers", 0, 0, nil), row("Local Volumes", 0, 0, nil),
            row("Build Cache", usage.steps + usage.cacheMounts, usage.cacheBytes, usage.cacheBytes, hasPercent: false),
        ]
    }

    private static func row(
        _ type: String, _ total: Int, _ size: Int64, _ reclaimable: Int64?, hasPercent: Bool = true
    ) -> [String: JSON] {
        let share = size > 0 ? Int(min(1, Double(reclaimable ?? 0) / Double(size)) * 100) : 0
        let percent = size > 0 && hasPercent ? " (\(share)%)" : ""
        return [
            "Type": .string(type), "TotalCount": .string("\(total)"), "Active": "0",
            "Size": .string("\(ByteCount(size, precision: 4))"),
            "Reclaimable": .string("\(ByteCount(reclaimable ?? 0, precision: 4))\(percent)"),
        ]
    }

    // MARK: - each thing

    private func details(_ store: Store) async throws -> String {
        let now = DockerTime.now
        let images = try await ImageSummary.all(store).flatMap { summary in
            summary.rows(now: now, truncates: true).map { $0.merging(summary.exactSizes) { $1 } }
        }
        let columns = ["Repository", "Tag", "ID", "CreatedSince", "Size", "SharedSize", "UniqueSize", "Containers"]
        let listing = DockerListing(fields: ImageSummary.fields, columns: columns, rows: images)
        let usage = try store.diskUsage()
        let cache = DockerListing(
            fields: [
                .init(field: "ID", heading: "CACHE ID"), .init(field: "CacheType", heading: "CACHE TYPE"),
                .init(field: "Size", heading: "SIZE"), .init(field: "CreatedSince", heading: "CREATED"),
                .init(field: "LastUsedSince", heading: "LAST USED"), .init(field: "Shared", heading: "SHARED"),
            ],
            columns: ["ID", "CacheType", "Size", "CreatedSince", "LastUsedSince", "Shared"],
            rows: try store.cacheEntries().map { entry in
                [
                    "ID": .string(String(entry.id.prefix(12))), "CacheType": .string(entry.kind.rawValue),
                    "Size": .string("\(ByteCount(entry.bytes))"),
                    "CreatedSince": .string(
                        entry.added.map { ElapsedTime.docker(seconds: now - $0) + " ago" } ?? "N/A"),
                    "LastUsedSince": .string(ElapsedTime.docker(seconds: now - entry.used) + " ago"),
                    "Shared": .string("\(entry.isShared)"),
                ]
            })
        if let format, format != "table" { return try listing.text(format: format) + cache.text(format: format) }
        let containers = "CONTAINER ID   IMAGE     COMMAND   LOCAL VOLUMES   SIZE      CREATED   STATUS    NAMES"
        return """
            Images space usage:

            \(try listing.text(format: nil))
            Containers space usage:

            \(containers)

            Local Volumes space usage:

            VOLUME NAME   LINKS     SIZE

            Build cache usage: \(ByteCount(usage.cacheBytes, precision: 4))

            \(try cache.text(format: nil))
            """
    }

    private func document(_ store: Store) async throws -> JSON {
        let usage = try store.diskUsage()
        var members: [String: JSON] = [
            "images": .object([
                "count": .integer(Int64(usage.images)), "bytes": .integer(usage.imageBytes),
                "dangling": .integer(Int64(usage.danglingImages)), "danglingBytes": .integer(usage.danglingBytes),
            ]),
            "buildCache": .object([
                "steps": .integer(Int64(usage.steps)), "cacheMounts": .integer(Int64(usage.cacheMounts)),
                "bytes": .integer(usage.cacheBytes),
            ]),
            "layers": .integer(Int64(usage.snapshots)), "bytes": .integer(usage.totalBytes),
            "limit": try StoreLimit.read(home: EngineSession.home).bytes.map { .integer($0) } ?? .null,
        ]
        guard verbose else { return .object(members) }
        members["cache"] = .array(
            try store.cacheEntries().map { entry in
                .object([
                    "id": .string(entry.id), "type": .string(entry.kind.rawValue), "bytes": .integer(entry.bytes),
                    "used": .integer(entry.used), "shared": .bool(entry.isShared),
                ])
            })
        return .object(members)
    }
}
