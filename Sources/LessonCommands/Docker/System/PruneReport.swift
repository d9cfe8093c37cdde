import Images
import OCI
import TerminalUI

/// What pruning removed, as Docker tells it.
struct PruneReport {
    private var containers: [String] = []
    private var result = PruneResult()

    /// Removes the containers that have ended.
    mutating func removeContainers(of store: Store, _ filters: PruneFilters) async throws {
        for container in try store.containers() {
            guard let image = container.image, filters.accepts(labels: container.record.configuration.labels) else {
                continue
            }
            if let until = filters.until, container.record.created.seconds > until { continue }
            if let layer = image.layers.last {
                result.bytes = result.bytes.addingSize(try store.contentBytes(of: layer))
            }
            try await store.remove(container)
            containers.append(container.record.id)
        }
    }

    mutating func add(_ more: PruneResult) {
        result.images += more.images
        result.names += more.names
        result.cache += more.cache
        result.bytes = result.bytes.addingSize(more.bytes)
    }

    func print(_ console: Console) {
        func list(_ heading: String, _ lines: [String]) {
            guard !lines.isEmpty else { return }
            console.print("Deleted \(heading):")
            for line in lines { console.print(line) }
            console.print("")
        }
        list("Containers", containers)
        list("Images", result.names.map { "untagged: \($0.familiar)" } + result.images.map { "deleted: \($0)" })
        list("build cache objects", result.cache)
        console.print("Total reclaimed space: \(ByteCount(result.bytes, precision: 4))")
    }
}
