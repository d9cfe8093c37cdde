/// A merged view of layers: path to entry.
package struct FileTree: Sendable {
    package private(set) var entries: [ImagePath: LayerTable.Entry] = [:]
    /// The id of the layer that an entry is in.
    private var layers: [ImagePath: String] = [:]
    private var children: [ImagePath: Set<ImagePath>] = [:]

    package init(_ layers: [LayerTable]) {
        for layer in layers { apply(layer) }
    }

    package mutating func apply(_ layer: LayerTable) {
        // Deletions first: a layer that deletes a path and makes it anew holds the new one.
        for entry in layer.entries where entry.kind == .whiteout { remove(entry.path, keepingSelf: false) }
        for entry in layer.entries where entry.kind == .opaqueDirectory { remove(entry.path, keepingSelf: true) }
        for entry in layer.entries where entry.kind != .whiteout {
            if !entry.kind.isDirectory, entries[entry.path]?.kind.isDirectory == true {
                remove(entry.path, keepingSelf: false)
            }
            entries[entry.path] = entry
            layers[entry.path] = layer.id
            if let parent = entry.path.parent { children[parent, default: []].insert(entry.path) }
        }
    }

    package func hasChildren(_ path: ImagePath) -> Bool { children[path]?.isEmpty == false }

    private mutating func remove(_ path: ImagePath, keepingSelf: Bool) {
        var pending = Array(children[path] ?? [])
        children[path] = nil
        if !keepingSelf {
            entries[path] = nil
            if let parent = path.parent { children[parent]?.remove(path) }
        }
        while let next = pending.popLast() {
            entries[next] = nil
            pending += children.removeValue(forKey: next) ?? []
        }
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
            guard let entry = entries[next] else {
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
        guard let entry = entries[here], let layer = layers[here] else { return nil }
        return (entry, layer)
    }

    /// The id of the layer that holds `path`.
    package func layer(of path: ImagePath) -> String? { layers[path] }
}
