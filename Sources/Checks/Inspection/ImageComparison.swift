import Images

/// Two images side by side: the files that only one of them has, and those that differ.
package struct ImageComparison: Sendable {
    /// Sorted by path.
    package var differences: [Difference]
    /// Files, links and the like that are the same in both.
    package var equalCount: Int
    /// Layers that both have, from the bottom.
    package var sharedLayers: Int

    package struct Difference: Sendable, Hashable {
        package var path: ImagePath
        /// nil where the image does not have it.
        package var first: Side?
        package var second: Side?
        /// What is different; empty where only one has it.
        package var aspects: [ImageInspection.Aspect]
    }

    package struct Side: Sendable, Hashable {
        package var kind: LayerTable.Kind
        package var size: Int64
        package var mode: UInt32
        package var uid: UInt32
        package var gid: UInt32
    }

    package var onlyFirst: [Difference] { differences.filter { $0.second == nil } }
    package var onlySecond: [Difference] { differences.filter { $0.first == nil } }
    package var changed: [Difference] { differences.filter { $0.first != nil && $0.second != nil } }

    /// - Parameter isEqualContent: compares two files of the same size, each named by its layer's id and its path.
    package init(
        _ first: [ImageInspection.Source], _ second: [ImageInspection.Source],
        isEqualContent: (_ first: (layer: String, path: ImagePath), _ second: (layer: String, path: ImagePath)) -> Bool
    ) {
        let (a, b) = (MergedView(first), MergedView(second))
        differences = []
        equalCount = 0
        sharedLayers = zip(first, second).prefix { $0.id == $1.id }.count
        for path in Set(a.entries.keys).union(b.entries.keys) where !path.isRoot {
            let (left, right) = (a.entries[path], b.entries[path])
            guard let left, let right else {
                differences.append(
                    Difference(path: path, first: left.map(Side.init), second: right.map(Side.init), aspects: []))
                continue
            }
            let aspects = Self.aspects(path, left, right, isEqualContent)
            if aspects.isEmpty {
                equalCount += left.entry.isDirectory ? 0 : 1
            } else {
                differences.append(
                    Difference(path: path, first: Side(left), second: Side(right), aspects: aspects))
            }
        }
        differences.sort { $0.path < $1.path }
    }

    private static func aspects(
        _ path: ImagePath, _ left: MergedView.Found, _ right: MergedView.Found,
        _ isEqualContent: ((layer: String, path: ImagePath), (layer: String, path: ImagePath)) -> Bool
    ) -> [ImageInspection.Aspect] {
        // The same entry of the same layer.
        if left.layer == right.layer { return [] }
        var aspects: [ImageInspection.Aspect] = []
        let (old, new) = (Side(left), Side(right))
        let isFile = left.isFile && right.isFile
        if isFile {
            if old.size != new.size || !isEqualContent((left.layer, path), (right.layer, path)) {
                aspects.append(.content)
            }
        } else if left.isFile || right.isFile || old.kind.isDirectory != new.kind.isDirectory
            || !old.kind.isDirectory && old.kind != new.kind
        {
            aspects.append(.kind)
        } else if left.entry.linkTarget != right.entry.linkTarget {
            aspects.append(.content)
        }
        if old.mode != new.mode { aspects.append(.mode) }
        if old.uid != new.uid || old.gid != new.gid { aspects.append(.owner) }
        return aspects
    }
}

extension ImageComparison.Side {
    init(_ found: MergedView.Found) {
        self.init(
            kind: LayerTable.Kind(found.entry.kind), size: found.size, mode: found.entry.mode, uid: found.entry.uid,
            gid: found.entry.gid)
    }
}

/// What can be seen of layers, and where it lies.
struct MergedView {
    struct Found {
        var layer: String
        var entry: LayerEntry
        /// Of the file that it is a name of.
        var size: Int64

        var isFile: Bool { entry.kind == .file || entry.kind == .hardLink }
    }

    private(set) var entries: [ImagePath: Found] = [:]
    private var children: [ImagePath: Set<ImagePath>] = [:]

    init(_ layers: [ImageInspection.Source]) {
        for layer in layers { apply(layer) }
    }

    private mutating func apply(_ layer: ImageInspection.Source) {
        let own = layer.listing.entries.map { (path: ImagePath(bytes: $0.path.bytes), entry: $0) }
        for (path, entry) in own {
            switch entry.kind {
            case .whiteout: hide(path, keepingSelf: false)
            case .directory(opaque: true): hide(path, keepingSelf: true)
            default: break
            }
        }
        var sizes: [ImagePath: Int64] = [:]
        for (path, entry) in own where entry.kind != .whiteout {
            if let old = entries[path], !(entry.isDirectory && old.entry.isDirectory) { hide(path, keepingSelf: false) }
            if entry.kind == .file { sizes[path] = entry.size }
            let size = entry.kind == .hardLink ? sizes[ImagePath(bytes: entry.linkTarget)] ?? 0 : entry.size
            entries[path] = Found(layer: layer.id, entry: entry, size: size)
            if let parent = path.parent { children[parent, default: []].insert(path) }
        }
    }

    private mutating func hide(_ path: ImagePath, keepingSelf: Bool) {
        var pending = Array(children.removeValue(forKey: path) ?? [])
        if !keepingSelf {
            pending.append(path)
            if let parent = path.parent { children[parent]?.remove(path) }
        }
        while let next = pending.popLast() {
            pending += children.removeValue(forKey: next) ?? []
            entries[next] = nil
        }
    }
}
