package import Images

extension LayerTable {
    /// A listing of the store.
    package init(id: String, listing: LayerListing) {
        self.init(id: id, entries: listing.entries.map(Entry.init))
    }
}

extension LayerTable.Entry {
    init(_ entry: LayerEntry) {
        let kind = LayerTable.Kind(entry.kind)
        self.init(
            path: ImagePath(listed: entry.name), kind: kind, mode: UInt16(truncatingIfNeeded: entry.mode & 0o7777),
            uid: entry.uid, gid: entry.gid, size: entry.size, target: kind == .symlink ? entry.linkTarget : nil)
    }
}

extension LayerTable.Kind {
    /// What a listing of the store calls it.
    package init(_ kind: LayerEntry.Kind) {
        switch kind {
        case .file: self = .file
        case .directory(let isOpaque): self = isOpaque ? .opaqueDirectory : .directory
        case .symlink: self = .symlink
        case .hardLink: self = .hardlink
        case .fifo: self = .fifo
        case .characterDevice, .blockDevice: self = .device
        case .whiteout: self = .whiteout
        }
    }
}
