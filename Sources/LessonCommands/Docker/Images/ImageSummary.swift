import Images
import OCI
import TerminalUI

/// An image as Docker's lists show it.
struct ImageSummary {
    let named: NamedImage
    let id: Digest
    /// Bytes of all its files.
    let size: Int64
    /// Bytes of layers that other images of the store have too.
    let shared: Int64

    /// All images with their ids, and how much each shares with others.
    static func all(_ store: Store) async throws -> [ImageSummary] {
        let images = try store.images()
        var users: [SnapshotID: Int] = [:]
        for image in images { for layer in Set(image.image.layers) { users[layer, default: 0] += 1 } }
        var summaries: [ImageSummary] = []
        for image in images {
            var shared: Int64 = 0
            for layer in image.image.layers where users[layer, default: 0] > 1 {
                shared = shared.addingSize(try store.contentBytes(of: layer))
            }
            let id = try await store.imageID(of: image.image)
            summaries.append(
                ImageSummary(named: image, id: id, size: try store.contentBytes(of: image.image), shared: shared))
        }
        // The newest first, as Docker counts: by when the image was made, not when it came here.
        return summaries.enumerated().sorted { a, b in
            let (first, second) = (a.element.named.image.created ?? .epoch, b.element.named.image.created ?? .epoch)
            return first == second ? a.offset < b.offset : first > second
        }.map(\.element)
    }

    static let fields: [DockerListing.Column] = [
        .init(field: "Repository", heading: "REPOSITORY"), .init(field: "Tag", heading: "TAG"),
        .init(field: "Digest", heading: "DIGEST"), .init(field: "ID", heading: "IMAGE ID"),
        .init(field: "CreatedSince", heading: "CREATED"), .init(field: "CreatedAt", heading: "CREATED AT"),
        .init(field: "Size", heading: "SIZE"), .init(field: "VirtualSize", heading: "SIZE"),
        .init(field: "SharedSize", heading: "SHARED SIZE"), .init(field: "UniqueSize", heading: "UNIQUE SIZE"),
        .init(field: "Containers", heading: "CONTAINERS"),
    ]

    /// A row for each name that the image has, or one for an image without a name.
    func rows(now: Int64, truncates: Bool) -> [[String: JSON]] {
        let names = named.references.map { ($0.familiarName, $0.tag ?? "<none>") }
        return (names.isEmpty ? [("<none>", "<none>")] : names).map { name, tag in
            let digest = named.image.repositoryDigests.lazy.compactMap { text -> String? in
                guard let at = text.lastIndex(of: "@"), let reference = try? Reference(parsing: text),
                    reference.familiarName == name
                else { return nil }
                return String(text[text.index(after: at)...])
            }.first
            return [
                "Repository": .string(name), "Tag": .string(tag), "Digest": .string(digest ?? "<none>"),
                "ID": .string(truncates ? String(id.hex.prefix(12)) : id.description),
                "CreatedSince": .string(Self.since(named.image.created, now)),
                "CreatedAt": .string(named.image.created.map(DockerTime.table) ?? "N/A"),
                "Size": .string("\(ByteCount(size))"),
                "VirtualSize": .string("\(ByteCount(size, precision: 4))"),
                "SharedSize": .string("\(ByteCount(shared, precision: 4))"),
                "UniqueSize": .string("\(ByteCount(size - shared, precision: 4))"), "Containers": "N/A",
            ]
        }
    }

    static func since(_ created: Timestamp?, _ now: Int64) -> String {
        // Docker says so of images whose time was set to nothing, to be reproducible.
        guard let created, created.seconds > 0 else { return "N/A" }
        return ElapsedTime.docker(seconds: now - created.seconds) + " ago"
    }
}
