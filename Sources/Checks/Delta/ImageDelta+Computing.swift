import OCI

extension ImageDelta {
    /// Compares an image's layers with a base.
    ///
    /// Linear in the number of entries. What engines leave behind (empty `/etc/resolv.conf`, mount points) does not
    /// count.
    /// - Parameters:
    ///   - layers: the layers over the base, bottom first; with ``Against/tree(_:)`` all of the image's.
    ///   - base: the base's layers, bottom first.
    ///   - maximum: how many entries are listed.
    package init(
        layers: [LayerTable], over base: [LayerTable], against: Against, maximum: Int = ImageDelta.maximumEntries
    ) {
        let tree = FileTree(base)
        var computation = Computation(
            tree: tree, comparesContent: { if case .tree = against { true } else { false } }())
        for (index, layer) in layers.enumerated() { computation.apply(layer, number: index + 1) }
        self = computation.delta(against: against, maximum: maximum)
    }
}

/// The state while layers are laid over a base one by one.
private struct Computation {
    let tree: FileTree
    /// Whether a file equal to the base's does not count: the image does not share the base's layers.
    let comparesContent: Bool
    private var found: [ImageDelta.Entry] = []
    /// The indices in `found` of what can be seen, in the order of a tree.
    private var visible: [Int] = []

    init(tree: FileTree, comparesContent: Bool) {
        self.tree = tree
        self.comparesContent = comparesContent
    }

    mutating func apply(_ layer: LayerTable, number: Int) {
        let entries = layer.inTreeOrder.entries
        // What the closures below share.
        var found = self.found
        self.found = []
        found.reserveCapacity(found.count + entries.count)
        var hidden: [Int] = []
        let (tree, comparesContent) = (tree, comparesContent)
        visible = LayerOverlay.lay(
            entries, over: visible, path: { found[$0].path }, hide: { hidden.append($0) },
            remove: { entry in
                let hidesBase = entry.kind == .opaqueDirectory ? tree.hasChildren(entry.path) : true
                if hidesBase, !comparesContent { found.append(Self.entry(entry, .removed, layer, number)) }
            },
            place: { index, old in
                let entry = entries[index]
                guard !entry.path.isRoot, !MountStub.isStub(entry),
                    let change = change(entry, seen: old.map { found[$0].kind })
                else { return old }
                found.append(Self.entry(entry, change, layer, number))
                return found.count - 1
            })
        for index in hidden { found[index].isHidden = true }
        self.found = found
    }

    /// What a layer's entry is to the image; nil when it says nothing new.
    /// - Parameter seen: what layers below it, and above the base, have at its path.
    private func change(_ entry: LayerTable.Entry, seen: LayerTable.Kind?) -> ImageDelta.Change? {
        let old = tree[entry.path]
        if entry.kind.isDirectory {
            if let old, old.kind.isDirectory {
                let isSame = old.mode == entry.mode && old.uid == entry.uid && old.gid == entry.gid
                return isSame || seen != nil ? nil : .changed
            }
            // The same new directory, listed again because something in it changed.
            if seen?.isDirectory == true { return nil }
        } else if comparesContent, let old, Self.isSame(old, entry) {
            return nil
        }
        return old == nil ? .added : .changed
    }

    /// The same file as far as a listing tells.
    private static func isSame(_ a: LayerTable.Entry, _ b: LayerTable.Entry) -> Bool {
        let isLink: (LayerTable.Kind) -> Bool = { $0 == .file || $0 == .hardlink }
        let isSameKind = a.kind == b.kind || isLink(a.kind) && isLink(b.kind)
        return isSameKind && a.size == b.size && a.mode == b.mode && a.target == b.target
    }

    private static func entry(
        _ entry: LayerTable.Entry, _ change: ImageDelta.Change, _ layer: LayerTable, _ number: Int
    ) -> ImageDelta.Entry {
        ImageDelta.Entry(
            path: entry.path, change: change, kind: change == .removed ? .whiteout : entry.kind,
            size: entry.size, mode: entry.mode, layer: number, layerID: layer.id, target: entry.target)
    }

    func delta(against: ImageDelta.Against, maximum: Int) -> ImageDelta {
        var bytes: Int64 = 0
        for index in found.indices where found[index].kind == .file { bytes = bytes.addingSize(found[index].size) }
        // Files before directories when there are too many: directories alone prove little.
        var kept = Array(found.indices)
        if kept.count > maximum {
            let files = kept.filter { !found[$0].kind.isDirectory }
            let directories = kept.filter { found[$0].kind.isDirectory }
            kept = Array((files + directories).prefix(maximum))
        }
        kept.sort { a, b in
            guard found[a].layer == found[b].layer else { return found[a].layer < found[b].layer }
            guard found[a].path == found[b].path else { return found[a].path < found[b].path }
            return a < b
        }
        return ImageDelta(
            against: against, entries: kept.map { found[$0] }, omitted: found.count - kept.count, fileBytes: bytes)
    }
}

/// Files and directories that container engines leave in a layer and that nobody put there.
enum MountStub {
    private static let directories: Set<ImagePath> = Set(
        ["/dev", "/proc", "/sys", "/dev/pts", "/dev/shm", "/dev/mqueue", "/run/secrets"].map { ImagePath($0) })
    private static let files: Set<ImagePath> = Set(
        [
            "/etc/resolv.conf", "/etc/hosts", "/etc/hostname", "/.dockerenv", "/run/.containerenv", "/dev/console",
            "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty",
        ].map { ImagePath($0) })
    private static let parents: Set<ImagePath> = [ImagePath("/etc"), ImagePath("/run"), ImagePath("/dev")]

    static func isStub(_ entry: LayerTable.Entry) -> Bool {
        if entry.kind.isDirectory { return entry.path.bytes.count < 16 && directories.contains(entry.path) }
        return entry.kind == .file && entry.size == 0 && files.contains(entry.path)
    }

    /// Whether a directory can be there only because a stub had to be laid in it.
    static func mayLeadToStub(_ path: ImagePath) -> Bool { parents.contains(path) }
}
