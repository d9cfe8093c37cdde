/// A layer's entries by path, and its files by size.
struct LayerIndex {
    /// In the order of a tree.
    private let entries: [LayerTable.Entry]
    /// The indices of the regular files, by size, then by path.
    private let files: [Int]

    init(_ table: LayerTable) {
        entries = table.inTreeOrder.entries
        let entries = entries
        let sizes = entries.map(\.size)
        files = entries.indices.filter { entries[$0].kind == .file }.sorted { (sizes[$0], $0) < (sizes[$1], $1) }
    }

    /// What the layer holds at a path; of several entries the first.
    subscript(path: ImagePath) -> LayerTable.Entry? {
        let index = entries.partitioningIndex { !ImagePath.precedesInTree($0.path, path) }
        return index < entries.count && entries[index].path == path ? entries[index] : nil
    }

    /// Regular files of so many bytes, in the order of a tree.
    func files(ofSize size: Int64) -> some Sequence<ImagePath> {
        let first = files.partitioningIndex { entries[$0].size >= size }
        return files[first...].lazy.prefix { entries[$0].size == size }.map { entries[$0].path }
    }

    /// Regular files that may be programs.
    var programs: [LayerTable.Entry] {
        entries.filter { $0.kind == .file && $0.mode & 0o111 != 0 && $0.size >= 64 }
    }

    /// Whether the layer takes away what lower layers have at a path.
    func hides(_ path: ImagePath) -> Bool {
        if self[path]?.kind == .whiteout { return true }
        var next = path.parent
        while let directory = next {
            if let kind = self[directory]?.kind, kind == .opaqueDirectory || !kind.isDirectory { return true }
            next = directory.parent
        }
        return false
    }
}
