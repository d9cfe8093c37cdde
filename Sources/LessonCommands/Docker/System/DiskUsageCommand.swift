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
        if verbose { return console.printText(try await DiskUsageDetails(engine.store).text(format: format)) }
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
        let containers = try store.containers()
        let (active, activeBytes) = try inUse(store, containers)
        // What a container that runs has written is known to the process that runs it alone.
        let written = try containers.compactMap(\.image?.layers.last).map { try store.contentBytes(of: $0) }.sizeSum
        return [
            row("Images", usage.images, active, usage.imageBytes, max(0, usage.imageBytes - activeBytes)),
            row("Containers", containers.count, containers.count { $0.image == nil }, written, written),
            row("Local Volumes", 0, 0, 0, 0),
            row(
                "Build Cache", usage.steps + usage.cacheMounts, 0, usage.cacheBytes, usage.cacheBytes, hasPercent: false
            ),
        ]
    }

    /// How many images containers were made of, and the bytes that only these have.
    private static func inUse(_ store: Store, _ containers: [StoredContainer]) throws -> (images: Int, bytes: Int64) {
        let keys = Set(containers.map(\.record.imageKey))
        let images = try store.images().map(\.image)
        var users: [SnapshotID: Int] = [:]
        for image in images { for layer in Set(image.layers) { users[layer, default: 0] += 1 } }
        let active = images.filter { keys.contains($0.key) }
        let layers = active.flatMap(\.layers).filter { users[$0] == 1 }
        return (active.count, try layers.map { try store.contentBytes(of: $0) }.sizeSum)
    }

    private static func row(
        _ type: String, _ total: Int, _ active: Int, _ size: Int64, _ reclaimable: Int64, hasPercent: Bool = true
    ) -> [String: JSON] {
        let share = size > 0 ? Int(min(1, Double(reclaimable) / Double(size)) * 100) : 0
        let percent = size > 0 && hasPercent ? " (\(share)%)" : ""
        return [
            "Type": .string(type), "TotalCount": .string("\(total)"), "Active": .string("\(active)"),
            "Size": .string("\(ByteCount(size, precision: 4))"),
            "Reclaimable": .string("\(ByteCount(reclaimable, precision: 4))\(percent)"),
        ]
    }

    // MARK: - as JSON

    private func document(_ store: Store) async throws -> JSON {
        let usage = try store.diskUsage()
        var members: [String: JSON] = [
            "images": .object([
                "count": .integer(Int64(usage.images)), "bytes": .integer(usage.imageBytes),
                "dangling": .integer(Int64(usage.danglingImages)), "danglingBytes": .integer(usage.danglingBytes),
            ]),
            "containers": .object(["bytes": .integer(usage.containerBytes)]),
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
