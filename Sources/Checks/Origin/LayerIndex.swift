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
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if ImagePath.precedesInTree(entries[middle].path, path) { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].path == path ? entries[low] : nil
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

extension Array {
    /// The first index whose element has a property that all after it have too; the end when none has.
    fileprivate func partitioningIndex(where hasProperty: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if hasProperty(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
