import OCI

extension ImageDelta {
    /// Compares an image's layers with a base.
    ///
    /// Linear in the number of entries. What engines leave behind (empty `/etc/resolv.conf`, mount points) does not
    /// count.
    /// - Parameters:
    ///   - layers: the layers over the base, bottom first; with ``Against/tree(_:)`` all of the image's.
    ///   - base: the base's layers, bottom first.
    package init(layers: [LayerTable], over base: [LayerTable], against: Against) {
        let tree = FileTree(base)
        var computation = Computation(
            tree: tree, comparesContent: { if case .tree = against { true } else { false } }())
        for (index, layer) in layers.enumerated() { computation.apply(layer, number: index + 1) }
        self = computation.delta(against: against)
    }
}

/// The state while layers are laid over a base one by one.
private struct Computation {
    let tree: FileTree
    /// Whether a file equal to the base's does not count: the image does not share the base's layers.
    let comparesContent: Bool
    private var found: [ImageDelta.Entry] = []
    /// The entries of `found` that are visible, by path.
    private var visible: [ImagePath: Int] = [:]
    private var children: [ImagePath: Set<ImagePath>] = [:]

    init(tree: FileTree, comparesContent: Bool) {
        self.tree = tree
        self.comparesContent = comparesContent
    }

    mutating func apply(_ layer: LayerTable, number: Int) {
        let entries = layer.entries.sorted { $0.path < $1.path }
        for entry in entries where entry.kind == .whiteout || entry.kind == .opaqueDirectory {
            hide(entry.path, keepingSelf: entry.kind == .opaqueDirectory)
            let hidesBase = entry.kind == .opaqueDirectory ? tree.hasChildren(entry.path) : true
            if hidesBase, !comparesContent { add(entry, .removed, layer, number) }
        }
        for entry in entries where entry.kind != .whiteout && !MountStub.isStub(entry) {
            apply(entry, layer, number)
        }
    }

    private mutating func apply(_ entry: LayerTable.Entry, _ layer: LayerTable, _ number: Int) {
        guard !entry.path.isRoot else { return }
        let old = tree.entries[entry.path]
        if entry.kind.isDirectory {
            if let old, old.kind.isDirectory {
                let isSame = old.mode == entry.mode && old.uid == entry.uid && old.gid == entry.gid
                if !isSame, visible[entry.path] == nil { add(entry, .changed, layer, number) }
            } else if let index = visible[entry.path], found[index].kind.isDirectory {
                return  // the same new directory, listed again because something in it changed
            } else {
                hide(entry.path, keepingSelf: false)
                add(entry, old == nil ? .added : .changed, layer, number)
            }
            return
        }
        if comparesContent, let old, Self.isSame(old, entry) { return }
        hide(entry.path, keepingSelf: false)
        add(entry, old == nil ? .added : .changed, layer, number)
    }

    /// The same file as far as a listing tells.
    private static func isSame(_ a: LayerTable.Entry, _ b: LayerTable.Entry) -> Bool {
        let links: Set<LayerTable.Kind> = [.file, .hardlink]
        let isSameKind = a.kind == b.kind || links.contains(a.kind) && links.contains(b.kind)
        return isSameKind && a.size == b.size && a.mode == b.mode && a.target == b.target
    }

    private mutating func add(
        _ entry: LayerTable.Entry, _ change: ImageDelta.Change, _ layer: LayerTable, _ number: Int
    ) {
        if change != .removed {
            visible[entry.path] = found.count
            if let parent = entry.path.parent { children[parent, default: []].insert(entry.path) }
        }
        found.append(
            ImageDelta.Entry(
                path: entry.path, change: change, kind: change == .removed ? .whiteout : entry.kind,
                size: entry.size, mode: entry.mode, layer: number, layerID: layer.id, target: entry.target))
    }

    /// Marks what is visible at and below a path as hidden.
    private mutating func hide(_ path: ImagePath, keepingSelf: Bool) {
        if !keepingSelf, let index = visible.removeValue(forKey: path) { found[index].isHidden = true }
        var pending = Array(children.removeValue(forKey: path) ?? [])
        while let next = pending.popLast() {
            if let index = visible.removeValue(forKey: next) { found[index].isHidden = true }
            pending += children.removeValue(forKey: next) ?? []
        }
    }

    func delta(against: ImageDelta.Against) -> ImageDelta {
        let bytes = found.lazy.filter { $0.kind == .file }.map(\.size).sizeSum
        // Files before directories when there are too many: directories alone prove little.
        var kept = found
        if kept.count > ImageDelta.maximumEntries {
            let (files, directories) = (kept.filter { !$0.kind.isDirectory }, kept.filter { $0.kind.isDirectory })
            kept = Array((files + directories).prefix(ImageDelta.maximumEntries))
        }
        kept.sort { ($0.layer, $0.path) < ($1.layer, $1.path) }
        return ImageDelta(against: against, entries: kept, omitted: found.count - kept.count, fileBytes: bytes)
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
        if entry.kind.isDirectory { return directories.contains(entry.path) }
        return entry.kind == .file && entry.size == 0 && files.contains(entry.path)
    }

    /// Whether a directory can be there only because a stub had to be laid in it.
    static func mayLeadToStub(_ path: ImagePath) -> Bool { parents.contains(path) }
}
