import Images
import OCI
import TerminalUI

/// Each image, container and thing of the build cache, as `docker system df -v` shows them.
struct DiskUsageDetails {
    private let images: [[String: JSON]]
    private let fullImages: [[String: JSON]]
    private let containers: [[String: JSON]]
    private let fullContainers: [[String: JSON]]
    private let cache: [CacheEntry]
    private let cacheBytes: Int64
    private let now = DockerTime.now

    init(_ store: Store) async throws {
        let now = now
        let summaries = try await ImageSummary.all(store)
        let found = try store.containers()
        let sizes = try found.map { try $0.image?.layers.last.map { try store.contentBytes(of: $0) } ?? 0 }
        func imageRows(truncates: Bool) -> [[String: JSON]] {
            summaries.flatMap { summary in
                let users = found.count { $0.record.imageKey == summary.named.image.key }
                return summary.rows(now: now, truncates: truncates).map {
                    $0.merging(["Containers": .string("\(users)")]) { $1 }
                }
            }
        }
        func containerRows(truncates: Bool) -> [[String: JSON]] {
            zip(found, sizes).map { container, size in
                ContainerSummary(record: container.record).row(now: now, truncates: truncates)
                    .merging(["Size": .string("\(ByteCount(size))")]) { $1 }
            }
        }
        images = imageRows(truncates: true)
        fullImages = imageRows(truncates: false)
        containers = containerRows(truncates: true)
        fullContainers = containerRows(truncates: false)
        cache = try store.cacheEntries()
        cacheBytes = try store.diskUsage().cacheBytes
    }

    /// - Parameter format: a template is given one document that holds all; nil and `table` mean tables.
    func text(format: String?) throws -> String {
        if format == "json" || format == "{{json .}}" { return document.row + "\n" }
        if let format, !format.isEmpty, !format.hasPrefix("table") {
            return try GoTemplate(parsing: format).render(document) + "\n"
        }
        return """
            Images space usage:

            \(try table(
                images, ImageSummary.fields,
                ["Repository", "Tag", "ID", "CreatedSince", "VirtualSize", "SharedSize", "UniqueSize", "Containers"]))
            Containers space usage:

            \(try table(
                containers, ContainerSummary.fields,
                ["ID", "Image", "Command", "LocalVolumes", "Size", "RunningFor", "Status", "Names"]))
            Local Volumes space usage:

            VOLUME NAME   LINKS     SIZE

            Build cache usage: \(ByteCount(cacheBytes, precision: 4))

            \(try table(
                cache.map { row($0, truncates: true) }, Self.cacheFields,
                ["ID", "CacheType", "Size", "CreatedSince", "LastUsedSince", "Shared"]))
            """
    }

    private func table(
        _ rows: [[String: JSON]], _ fields: [DockerListing.Column], _ columns: [String]
    ) throws -> String {
        try DockerListing(fields: fields, columns: columns, rows: rows).text(format: nil)
    }

    private var document: JSON {
        func array(_ rows: [[String: JSON]]) -> JSON { .array(rows.map { .object($0) }) }
        return .object([
            "Images": array(fullImages), "Containers": array(fullContainers), "Volumes": .array([]),
            "BuildCache": array(cache.map { row($0, truncates: false) }),
        ])
    }

    private static let cacheFields: [DockerListing.Column] = [
        .init(field: "ID", heading: "CACHE ID"), .init(field: "CacheType", heading: "CACHE TYPE"),
        .init(field: "Size", heading: "SIZE"), .init(field: "CreatedSince", heading: "CREATED"),
        .init(field: "LastUsedSince", heading: "LAST USED"), .init(field: "Shared", heading: "SHARED"),
    ]

    private func row(_ entry: CacheEntry, truncates: Bool) -> [String: JSON] {
        func time(_ seconds: Int64) -> JSON { .string(DockerTime.table(Timestamp(seconds: seconds))) }
        func since(_ seconds: Int64) -> JSON { .string(ElapsedTime.docker(seconds: now - seconds) + " ago") }
        return [
            "ID": .string(truncates ? String(entry.id.prefix(12)) : entry.id),
            "CacheType": .string(entry.kind.rawValue), "Size": .string("\(ByteCount(entry.bytes))"),
            "CreatedAt": entry.added.map(time) ?? "N/A", "CreatedSince": entry.added.map(since) ?? "N/A",
            "LastUsedAt": time(entry.used), "LastUsedSince": since(entry.used),
            "Shared": .string("\(entry.isShared)"), "InUse": "false",
        ]
    }
}
