/// A merged view of layers: path to entry.
package struct FileTree: Sendable {
    /// Bottom first, each in the order of a tree.
    private var layers: [LayerTable] = []
    /// What can be seen, in the order of a tree.
    private var nodes: [Node] = []

    /// An entry of a layer.
    private struct Node: Sendable, Equatable {
        var layer: Int32
        var index: Int32
    }

    package init(_ layers: [LayerTable]) {
        for layer in layers { apply(layer) }
    }

    package mutating func apply(_ layer: LayerTable) {
        let layer = layer.inTreeOrder
        layers.append(layer)
        let number = Int32(layers.count - 1)
        let layers = layers
        nodes = LayerOverlay.lay(
            layer.entries, over: nodes, path: { layers[Int($0.layer)].entries[Int($0.index)].path },
            place: { index, _ in Node(layer: number, index: Int32(index)) })
    }

    /// Every path that can be seen, in the order of a tree.
    package var paths: some Sequence<ImagePath> { nodes.lazy.map { entry($0).path } }

    /// What can be seen at a path.
    package subscript(path: ImagePath) -> LayerTable.Entry? { node(at: path).map(entry) }

    /// The id of the layer that holds `path`.
    package func layer(of path: ImagePath) -> String? { node(at: path).map { layers[Int($0.layer)].id } }

    package func hasChildren(_ path: ImagePath) -> Bool {
        var index = lowerBound(path)
        if index < nodes.count, entry(nodes[index]).path == path { index += 1 }
        return index < nodes.count && entry(nodes[index]).path.isBelow(path)
    }

    private func entry(_ node: Node) -> LayerTable.Entry { layers[Int(node.layer)].entries[Int(node.index)] }

    private func node(at path: ImagePath) -> Node? {
        let index = lowerBound(path)
        return index < nodes.count && entry(nodes[index]).path == path ? nodes[index] : nil
    }

    /// The index of the first node that is not before a path.
    private func lowerBound(_ path: ImagePath) -> Int {
        nodes.partitioningIndex { !ImagePath.precedesInTree(entry($0).path, path) }
    }
}

extension FileTree {
    /// What a path leads to, links followed inside the tree (at most 40, as Linux does).
    package func resolve(_ path: ImagePath) -> (entry: LayerTable.Entry, layer: String)? {
        var pending = Array(path.bytes.split(separator: UInt8(ascii: "/")).reversed()).map { Array($0) }
        var here = ImagePath.root
        var links = 0
        while let name = pending.popLast() {
            if name == Array("..".utf8) {
                here = here.parent ?? .root
                continue
            }
            let next = here.appending(name)
            guard let entry = self[next] else {
                // A directory that no layer lists because it is implied by what is in it.
                guard hasChildren(next) else { return nil }
                here = next
                continue
            }
            guard entry.kind == .symlink, let target = entry.target else {
                here = next
                continue
            }
            links += 1
            guard links <= 40 else { return nil }
            if target.first == UInt8(ascii: "/") { here = .root }
            pending += target.split(separator: UInt8(ascii: "/")).reversed().map { Array($0) }.filter {
                $0 != Array(".".utf8)
            }
        }
        guard let found = node(at: here) else { return nil }
        return (entry(found), layers[Int(found.layer)].id)
    }
}
