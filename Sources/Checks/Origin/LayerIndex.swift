/// A layer's entries by path, and its files by size.
struct LayerIndex {
    let entries: [ImagePath: LayerTable.Entry]
    private let files: [Int64: [ImagePath]]

    init(_ table: LayerTable) {
        entries = Dictionary(table.entries.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        var files: [Int64: [ImagePath]] = [:]
        for entry in table.entries where entry.kind == .file { files[entry.size, default: []].append(entry.path) }
        self.files = files
    }

    /// Regular files of so many bytes, in the order of their paths.
    func files(ofSize size: Int64) -> [ImagePath] { (files[size] ?? []).sorted() }

    /// Regular files that may be programs.
    var programs: [LayerTable.Entry] {
        entries.values.filter { $0.kind == .file && $0.mode & 0o111 != 0 && $0.size >= 64 }
            .sorted { $0.path < $1.path }
    }

    /// Whether the layer takes away what lower layers have at a path.
    func hides(_ path: ImagePath) -> Bool {
        if entries[path]?.kind == .whiteout { return true }
        var next = path.parent
        while let directory = next {
            if let kind = entries[directory]?.kind, kind == .opaqueDirectory || !kind.isDirectory { return true }
            next = directory.parent
        }
        return false
    }
}
