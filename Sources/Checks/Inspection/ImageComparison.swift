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
        differences = []
        equalCount = 0
        sharedLayers = zip(first, second).prefix { $0.id == $1.id }.count
        var (a, b) = (MergedView(first).entries[...], MergedView(second).entries[...])
        while let path = [a.first?.path, b.first?.path].compactMap(\.self).min(by: ImagePath.precedesInTree) {
            let left = a.first?.path == path ? a.popFirst() : nil
            let right = b.first?.path == path ? b.popFirst() : nil
            if path.isRoot { continue }
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

/// What can be seen of layers, and where it lies: in the order of a tree.
struct MergedView {
    struct Found {
        var layer: String
        var path: ImagePath
        var entry: LayerEntry
        /// Of the file that it is a name of.
        var size: Int64

        var isFile: Bool { entry.kind == .file || entry.kind == .hardLink }
    }

    private(set) var entries: [Found] = []

    init(_ layers: [ImageInspection.Source]) {
        var all: [Found] = []
        var visible: [Int] = []
        for layer in layers {
            var own: [Found] = []
            var sizes: [[UInt8]: Int64] = [:]
            for entry in layer.listing.entries {
                if entry.kind == .file { sizes[entry.name] = entry.size }
                let size = entry.kind == .hardLink ? sizes[entry.linkTarget] ?? 0 : entry.size
                own.append(
                    Found(layer: layer.id, path: ImagePath(listed: entry.name), entry: entry, size: size))
            }
            own.sort { ImagePath.precedesInTree($0.path, $1.path) }
            let start = all.count
            all += own
            visible = LayerOverlay.lay(
                own.map { LayerTable.Entry($0.entry) }, over: visible, path: { all[$0].path },
                place: { index, _ in start + index })
        }
        entries = visible.map { all[$0] }
    }
}
