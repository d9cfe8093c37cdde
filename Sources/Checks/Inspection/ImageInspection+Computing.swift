import Images
import OCI

extension ImageInspection {
    /// Lays the layers over one another. Linear in the number of entries; reads no file.
    /// - Parameters:
    ///   - sources: bottom first.
    ///   - baseCount: how many of them are the base's.
    package init(_ sources: [Source], baseCount: Int) {
        var merging = LayerMerging(baseCount: min(max(0, baseCount), sources.count))
        for source in sources { merging.apply(source) }
        self = merging.inspection
    }
}

/// The state while layers are laid over one another.
struct LayerMerging {
    private struct Node {
        var layer: Int
        var entry: LayerEntry
        /// Its place in the layer's changes, where it stands there.
        var change: Int?
        /// The file that it is a name of.
        var file: Int?
    }

    /// The bytes behind one or several names.
    private struct File {
        var size: Int64
        var layer: Int
        var path: ImagePath
        /// Names that can be seen.
        var names: Int
        var hiddenBy: (layer: Int, isReplaced: Bool)?
    }

    private let baseCount: Int
    private var layers: [ImageInspection.Layer] = []
    private var nodes: [ImagePath: Node] = [:]
    private var children: [ImagePath: Set<ImagePath>] = [:]
    private var files: [File] = []

    init(baseCount: Int) {
        self.baseCount = baseCount
    }

    mutating func apply(_ source: ImageInspection.Source) {
        let number = layers.count
        layers.append(
            ImageInspection.Layer(
                id: source.id, isBase: number < baseCount, archiveBytes: source.archiveBytes,
                contentBytes: source.listing.contentBytes, changes: [], wastedBytes: 0))
        let entries = source.listing.entries.map { (path: ImagePath(listed: $0.name), entry: $0) }
        // What a layer deletes and makes anew is changed.
        let made = Set(entries.lazy.filter { $0.entry.kind != .whiteout }.map(\.path))
        for (path, entry) in entries {
            switch entry.kind {
            case .whiteout where !made.contains(path): remove(path, entry, number, keepingSelf: false)
            case .directory(opaque: true): remove(path, entry, number, keepingSelf: true)
            default: break
            }
        }
        var names: [ImagePath: Int] = [:]
        for (path, entry) in entries where entry.kind != .whiteout { put(path, entry, number, &names) }
    }

    // MARK: - One entry

    private mutating func put(
        _ path: ImagePath, _ entry: LayerEntry, _ number: Int, _ names: inout [ImagePath: Int]
    ) {
        let old = nodes[path]
        if entry.isDirectory, let old, old.entry.isDirectory {
            let aspects = Self.aspects(old.entry, entry)
            guard !path.isRoot else { return }
            let change = aspects.isEmpty ? old.change : note(path, .changed, entry, number, aspects: aspects)
            nodes[path] = Node(
                layer: aspects.isEmpty ? old.layer : number, entry: entry, change: change, file: nil)
            return
        }
        var hidden = (files: 0, bytes: Int64(0))
        if old != nil { hidden = hide(path, by: number, isReplaced: true, keepingSelf: false) }
        var node = Node(layer: number, entry: entry)
        switch entry.kind {
        case .file:
            names[path] = files.count
            node.file = files.count
            files.append(File(size: max(0, entry.size), layer: number, path: path, names: 1))
        case .hardLink:
            if let file = names[ImagePath(listed: entry.linkTarget)] {
                node.file = file
                files[file].names += 1
            }
        default: break
        }
        if !path.isRoot {
            node.change = note(
                path, old == nil ? .added : .changed, entry, number,
                aspects: old.map { Self.aspects($0.entry, entry) } ?? [], hidden: hidden)
        }
        nodes[path] = node
        if let parent = path.parent { children[parent, default: []].insert(path) }
    }

    private mutating func remove(_ path: ImagePath, _ entry: LayerEntry, _ number: Int, keepingSelf: Bool) {
        let old = nodes[path]?.entry
        let hidden = hide(path, by: number, isReplaced: false, keepingSelf: keepingSelf)
        // A directory that hides what is not there, as every new one may be marked.
        if keepingSelf, hidden.files == 0 { return }
        var gone = old ?? entry
        if keepingSelf { gone = entry }
        let index = note(path, .removed, gone, number, hidden: hidden)
        layers[number].changes[index].size = 0
        if old == nil, !keepingSelf { layers[number].changes[index].kind = .whiteout }
    }

    private mutating func note(
        _ path: ImagePath, _ change: ImageInspection.ChangeKind, _ entry: LayerEntry, _ number: Int,
        aspects: [ImageInspection.Aspect] = [], hidden: (files: Int, bytes: Int64) = (0, 0)
    ) -> Int {
        layers[number].changes.append(
            ImageInspection.Change(
                path: path, change: change, kind: LayerTable.Kind(entry.kind), size: max(0, entry.size),
                mode: entry.mode, uid: entry.uid, gid: entry.gid,
                target: entry.linkTarget.isEmpty ? nil : entry.linkTarget, aspects: aspects,
                hiddenFiles: hidden.files, hiddenBytes: hidden.bytes, hiddenBy: nil))
        return layers[number].changes.count - 1
    }

    /// Takes away what can be seen at and below a path.
    /// - Returns: how many files, and bytes of which no name is left.
    private mutating func hide(
        _ path: ImagePath, by number: Int, isReplaced: Bool, keepingSelf: Bool
    ) -> (files: Int, bytes: Int64) {
        var hidden = (files: 0, bytes: Int64(0))
        var pending = Array(children.removeValue(forKey: path) ?? [])
        if !keepingSelf {
            pending.append(path)
            if let parent = path.parent { children[parent]?.remove(path) }
        }
        while let next = pending.popLast() {
            pending += children.removeValue(forKey: next) ?? []
            guard let node = nodes.removeValue(forKey: next) else { continue }
            if let change = node.change { layers[node.layer].changes[change].hiddenBy = number }
            if !node.entry.isDirectory { hidden.files += 1 }
            guard let file = node.file else { continue }
            files[file].names -= 1
            guard files[file].names == 0 else { continue }
            files[file].hiddenBy = (number, isReplaced && next == path)
            hidden.bytes = hidden.bytes.addingSize(files[file].size)
        }
        return hidden
    }

    private static func aspects(_ old: LayerEntry, _ new: LayerEntry) -> [ImageInspection.Aspect] {
        var aspects: [ImageInspection.Aspect] = []
        let links: (LayerEntry) -> Bool = { $0.kind == .file || $0.kind == .hardLink }
        if links(old) && links(new) {
            // The time of a file that only got another mode or owner stays.
            let isCopy = old.kind == new.kind && old.size == new.size && old.modified.seconds == new.modified.seconds
            let isOther = old.mode != new.mode || old.uid != new.uid || old.gid != new.gid
            if !isCopy || !isOther { aspects.append(.content) }
        } else if LayerTable.Kind(old.kind).isDirectory != new.isDirectory
            || !new.isDirectory && LayerTable.Kind(old.kind) != LayerTable.Kind(new.kind)
        {
            aspects.append(.kind)
        } else if old.linkTarget != new.linkTarget {
            aspects.append(.content)
        }
        if old.mode != new.mode { aspects.append(.mode) }
        if old.uid != new.uid || old.gid != new.gid { aspects.append(.owner) }
        return aspects
    }

    // MARK: - The result

    var inspection: ImageInspection {
        var layers = layers
        var waste: [ImageInspection.Waste] = []
        var hiddenBase: Int64 = 0
        for file in files {
            guard let (by, isReplaced) = file.hiddenBy else { continue }
            if file.layer < baseCount {
                if by >= baseCount { hiddenBase = hiddenBase.addingSize(file.size) }
                continue
            }
            layers[file.layer].wastedBytes = layers[file.layer].wastedBytes.addingSize(file.size)
            guard file.size > 0 else { continue }
            waste.append(
                ImageInspection.Waste(
                    path: file.path, bytes: file.size, layer: file.layer, hiddenBy: by, isReplaced: isReplaced))
        }
        waste.sort { ($1.bytes, $0.path, $0.layer) < ($0.bytes, $1.path, $1.layer) }
        for index in layers.indices { layers[index].changes.sort { $0.path < $1.path } }
        let visible = nodes.compactMap { path, node -> ImageInspection.VisibleFile? in
            guard !node.entry.isDirectory else { return nil }
            return ImageInspection.VisibleFile(
                path: path, kind: LayerTable.Kind(node.entry.kind), size: max(0, node.entry.size), layer: node.layer)
        }
        return ImageInspection(
            layers: layers, baseCount: baseCount, waste: waste, files: visible.sorted { $0.path < $1.path },
            hiddenBaseBytes: hiddenBase)
    }
}
