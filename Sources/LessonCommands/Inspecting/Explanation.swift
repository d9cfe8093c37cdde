import Checks
import Diagnostics
import Grading

/// What can be said about one path of an image: what it is, and how it got there.
struct Explanation {
    let opened: OpenedImage
    /// As it is in the image, links on the way to it followed.
    let path: ImagePath
    let entry: LayerTable.Entry
    /// The index of the layer that holds it.
    let layer: Int
    let origin: Origin?
    /// The index of the layer that takes it away; nil for what can be seen.
    let removedBy: Int?
    /// What a link leads to.
    let target: ImagePath?

    private init(
        _ opened: OpenedImage, _ entry: LayerTable.Entry, layer: Int, removedBy: Int?, target: ImagePath?
    ) async {
        self.opened = opened
        self.entry = entry
        self.layer = layer
        self.removedBy = removedBy
        self.target = target
        path = entry.path
        var tracer = opened.tracer(searchesBases: true)
        origin =
            removedBy == nil
            ? await tracer?.origin(of: entry.path)
            : await tracer?.origin(of: entry.path, inLayer: opened.layers[layer].id)
    }

    /// The path, and what it leads to where it is a link.
    static func all(_ opened: OpenedImage, _ path: ImagePath) async throws -> [Explanation] {
        let tables = opened.layers.map { LayerTable(id: $0.id, listing: $0.listing) }
        let tree = FileTree(tables)
        func number(_ id: String?) -> Int { opened.layers.lastIndex { $0.id == id } ?? 0 }
        // The last name is not followed: a link is something too.
        let parent = path.parent.flatMap { tree.resolve($0)?.entry.path } ?? path.parent
        let place = parent.map { path.isRoot ? path : $0.appending(path.name) } ?? path
        guard let entry = tree[place] else {
            if let removed = await removed(opened, tables, place) { return [removed] }
            throw missing(path, tree)
        }
        let resolved = entry.kind == .symlink ? tree.resolve(place) : nil
        var found = [
            await Explanation(
                opened, entry, layer: number(tree.layer(of: place)), removedBy: nil, target: resolved?.entry.path)
        ]
        if let resolved {
            found.append(
                await Explanation(
                    opened, resolved.entry, layer: number(resolved.layer), removedBy: nil, target: nil))
        }
        return found
    }

    /// What a later layer took away is still in the image.
    private static func removed(
        _ opened: OpenedImage, _ tables: [LayerTable], _ path: ImagePath
    ) async -> Explanation? {
        for index in tables.indices.reversed() {
            guard let entry = tables[index].entries.first(where: { $0.path == path && $0.kind != .whiteout }) else {
                continue
            }
            var above: Set<ImagePath> = [path]
            var next = path.parent
            while let directory = next {
                above.insert(directory)
                next = directory.parent
            }
            let remover = tables[(index + 1)...].firstIndex { table in
                table.entries.contains { entry in
                    above.contains(entry.path)
                        && (entry.kind == .whiteout || entry.kind == .opaqueDirectory && entry.path != path
                            || !entry.kind.isDirectory && entry.path != path)
                }
            }
            return await Explanation(opened, entry, layer: index, removedBy: remover ?? index, target: nil)
        }
        return nil
    }

    private static func missing(_ path: ImagePath, _ tree: FileTree) -> CommandError {
        let wanted = ImagePath.shown(path.name)
        let same = tree.paths.filter { $0.name == path.name }.sorted()
        let near = Suggestion.nearest(
            to: wanted,
            among: tree.paths.filter { $0.parent == path.parent }.map { ImagePath.shown($0.name) }.sorted())
        var hint = "`lesson inspect --tree` shows what there is"
        if let first = same.first {
            hint = "did you mean \(first)?"
        } else if let near {
            hint = "did you mean \(path.parent.map { $0.isRoot ? "" : $0.description } ?? "")/\(near)?"
        }
        return CommandError("no-such-path", "there is no \(path) in the image", hint: hint, status: .failed)
    }

    var dockerfile: String { opened.graph?.dockerfile ?? "Dockerfile" }
}
