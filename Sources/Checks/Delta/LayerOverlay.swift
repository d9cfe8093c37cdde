/// Lays the entries of a layer over what can be seen of those below: the one place that knows what a layer hides.
///
/// What can be seen is kept as a list in the order of a tree (``ImagePath/precedesInTree(_:_:)``), so that all that is in a
/// directory follows it, and one pass over both lists is enough, whatever is deleted.
enum LayerOverlay {
    /// - Parameters:
    ///   - entries: the layer's, in the order of a tree.
    ///   - nodes: what can be seen of the layers below, in the order of a tree.
    ///   - path: where a node is.
    ///   - hide: is told of each node that cannot be seen any more.
    ///   - remove: is told of each deletion and each opaque directory, before what it hides.
    ///   - place: what can be seen at an entry's path from now on, given what is seen there so far: a new node, what was
    ///     there, or nothing.
    static func lay<Node: Equatable>(
        _ entries: [LayerTable.Entry], over nodes: [Node], path: (Node) -> ImagePath, hide: (Node) -> Void = { _ in },
        remove: (LayerTable.Entry) -> Void = { _ in }, place: (_ index: Int, _ old: Node?) -> Node?
    ) -> [Node] {
        var seen: [Node] = []
        seen.reserveCapacity(nodes.count + entries.count)
        var (node, next) = (0, 0)
        while next < entries.count {
            let here = entries[next].path
            while node < nodes.count, ImagePath.precedesInTree(path(nodes[node]), here) {
                seen.append(nodes[node])
                node += 1
            }
            // A layer that deletes a path and makes it anew has both under one name, and holds the new one.
            var made: Int?
            var (isGone, isOpaque) = (false, false)
            while next < entries.count, entries[next].path == here {
                let kind = entries[next].kind
                if kind == .whiteout || kind == .opaqueDirectory { remove(entries[next]) }
                if kind == .whiteout { isGone = true } else { made = next }
                if kind == .opaqueDirectory { isOpaque = true }
                next += 1
            }
            var old: Node?
            if node < nodes.count, path(nodes[node]) == here {
                old = nodes[node]
                node += 1
            }
            if isGone, let gone = old {
                hide(gone)
                old = nil
            }
            let new = made.flatMap { place($0, old) } ?? (made == nil ? old : nil)
            if let old, new != old { hide(old) }
            if let new { seen.append(new) }
            let isReplaced = made.map { !entries[$0].kind.isDirectory && new != nil && new != old } ?? false
            guard isGone || isOpaque || isReplaced else { continue }
            while node < nodes.count, path(nodes[node]).isBelow(here) {
                hide(nodes[node])
                node += 1
            }
        }
        seen.append(contentsOf: nodes[node...])
        return seen
    }
}
