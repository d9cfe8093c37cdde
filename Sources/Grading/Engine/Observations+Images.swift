package import Checks
package import Images
package import OCI
import SystemPackage

extension ConfigObservation {
    /// The part of an image's configuration that rubrics ask about.
    package init(_ configuration: ImageConfiguration) {
        let config = configuration.config
        var environment: [String: String] = [:]
        for variable in config.environment {
            let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            environment[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        self.init(
            user: config.user, entrypoint: config.entrypoint ?? [], command: config.command ?? [],
            environment: environment, labels: config.labels, ports: config.exposedPorts.sorted(),
            hasHealthcheck: config.healthCheck.map { $0.test.first != "NONE" } ?? false,
            workingDirectory: config.workingDirectory.isEmpty ? "/" : config.workingDirectory,
            stopSignal: config.stopSignal, architecture: configuration.platform.architecture)
    }
}

extension LayerTable {
    /// A listing of the store.
    package init(id: String, listing: LayerListing) {
        self.init(id: id, entries: listing.entries.map(Entry.init))
    }
}

extension LayerTable.Entry {
    init(_ entry: LayerEntry) {
        let kind: LayerTable.Kind
        switch entry.kind {
        case .file: kind = .file
        case .directory(let isOpaque): kind = isOpaque ? .opaqueDirectory : .directory
        case .symlink: kind = .symlink
        case .hardLink: kind = .hardlink
        case .fifo: kind = .fifo
        case .characterDevice, .blockDevice: kind = .device
        case .whiteout: kind = .whiteout
        }
        self.init(
            path: ImagePath(bytes: entry.path.bytes), kind: kind, mode: UInt16(truncatingIfNeeded: entry.mode & 0o7777),
            uid: entry.uid, gid: entry.gid, size: entry.size, target: kind == .symlink ? entry.linkTarget : nil)
    }
}
