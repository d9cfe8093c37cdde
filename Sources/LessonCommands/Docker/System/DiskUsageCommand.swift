import ArgumentParser
import Images
import OCI
import TerminalUI

struct DiskUsageCommand: DockerCommand {
    static let configuration = CommandConfiguration(commandName: "df", abstract: "Show disk usage.")

    @Option(help: "'table', 'table TEMPLATE', 'json', or a Go template.")
    var format: String?

    @Flag(name: [.customShort("v"), .long], help: "Each image, with what it shares with others.")
    var verbose = false

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        let engine = try await EngineSession.open(console)
        if verbose {
            let rows = try await ImageSummary.all(engine.store).flatMap {
                $0.rows(now: DockerTime.now, truncates: true)
            }
            let columns = ["Repository", "Tag", "ID", "CreatedSince", "Size", "SharedSize", "UniqueSize", "Containers"]
            let listing = DockerListing(fields: ImageSummary.fields, columns: columns, rows: rows)
            return console.printText("Images space usage:\n\n" + (try listing.text(format: format)))
        }
        let usage = try engine.store.diskUsage()
        func row(_ type: String, _ total: Int, _ active: Int, _ size: Int64, _ reclaimable: Int64) -> [String: JSON] {
            let percent = size > 0 ? " (\(reclaimable * 100 / size)%)" : ""
            return [
                "Type": .string(type), "TotalCount": .string("\(total)"), "Active": .string("\(active)"),
                "Size": .string("\(ByteCount(size, precision: 4))"),
                "Reclaimable": .string("\(ByteCount(reclaimable, precision: 4))\(percent)"),
            ]
        }
        let listing = DockerListing(
            fields: [
                .init(field: "Type", heading: "TYPE"), .init(field: "TotalCount", heading: "TOTAL"),
                .init(field: "Active", heading: "ACTIVE"), .init(field: "Size", heading: "SIZE"),
                .init(field: "Reclaimable", heading: "RECLAIMABLE"),
            ],
            columns: ["Type", "TotalCount", "Active", "Size", "Reclaimable"],
            rows: [
                row("Images", usage.images, 0, usage.imageBytes, usage.imageBytes),
                row("Containers", 0, 0, 0, 0), row("Local Volumes", 0, 0, 0, 0),
                row("Build Cache", usage.steps, 0, usage.cacheBytes, usage.cacheBytes),
            ])
        console.printText(try listing.text(format: format))
    }
}
