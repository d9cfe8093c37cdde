import Checks
import TerminalUI

/// Paths as a tree whose directories can be closed.
struct PathTree: Sendable {
    struct Item: Sendable, Hashable {
        var path: ImagePath
        var size: Int64
        var isDirectory: Bool
        var change: ImageInspection.ChangeKind?
        /// Behind the name.
        var note: String = ""
    }

    struct Node: Sendable {
        var name: String
        var path: ImagePath
        /// Its own bytes, or of all that is below it.
        var size: Int64
        /// Files below it.
        var files: Int
        var isDirectory: Bool
        var change: ImageInspection.ChangeKind?
        var note: String
        /// Sorted by name.
        var children: [Int]
    }

    struct Row: Sendable {
        var depth: Int
        var node: Int
        /// Something below it is not shown.
        var isClosed: Bool
    }

    /// The root first.
    private(set) var nodes: [Node] = []

    init(_ items: [Item]) {
        nodes = [
            Node(
                name: "/", path: .root, size: 0, files: 0, isDirectory: true, change: nil, note: "", children: [])
        ]
        var places: [ImagePath: Int] = [.root: 0]
        // Parents sort before what is in them.
        for item in items.sorted(by: { $0.path < $1.path }) where !item.path.isRoot {
            let index = place(item.path, &places)
            nodes[index].isDirectory = item.isDirectory
            nodes[index].change = item.change
            nodes[index].note = item.note
            nodes[index].size = item.isDirectory ? 0 : item.size
            nodes[index].files = item.isDirectory || item.change == .removed ? 0 : 1
        }
        // Children come after their parents.
        for index in nodes.indices.reversed() {
            for child in nodes[index].children {
                nodes[index].size = nodes[index].size.addingReportingOverflow(nodes[child].size).partialValue
                nodes[index].files += nodes[child].files
            }
            let sorted = nodes[index].children.sorted { nodes[$0].path < nodes[$1].path }
            nodes[index].children = sorted
        }
    }

    private mutating func place(_ path: ImagePath, _ places: inout [ImagePath: Int]) -> Int {
        var missing: [ImagePath] = []
        var next = path
        while places[next] == nil, let parent = next.parent {
            missing.append(next)
            next = parent
        }
        var parent = places[next] ?? 0
        while let path = missing.popLast() {
            nodes.append(
                Node(
                    name: ImagePath.shown(path.name), path: path, size: 0, files: 0, isDirectory: true, change: nil,
                    note: "", children: []))
            nodes[parent].children.append(nodes.count - 1)
            parent = nodes.count - 1
            places[path] = parent
        }
        return parent
    }

    /// The rows to be shown, the root's children at depth 0.
    /// - Parameters:
    ///   - isOpen: whether what is in a directory is shown.
    ///   - filter: only paths that hold this text, and what leads to them; empty for all.
    func rows(filter: String = "", isOpen: (_ node: Node, _ depth: Int) -> Bool) -> [Row] {
        let kept = filter.isEmpty ? nil : matching(filter)
        var rows: [Row] = []
        var pending: [(node: Int, depth: Int)] = nodes[0].children.reversed().map { ($0, 0) }
        while let (index, depth) = pending.popLast() {
            if let kept, !kept.contains(index) { continue }
            let node = nodes[index]
            let opens = !node.children.isEmpty && (kept != nil || isOpen(node, depth))
            rows.append(Row(depth: depth, node: index, isClosed: !node.children.isEmpty && !opens))
            if opens { pending += node.children.reversed().map { ($0, depth + 1) } }
        }
        return rows
    }

    private func matching(_ text: String) -> Set<Int> {
        let wanted = text.lowercased()
        var kept: Set<Int> = []
        for index in nodes.indices.reversed() {
            let node = nodes[index]
            if node.path.description.lowercased().contains(wanted) || node.children.contains(where: kept.contains) {
                kept.insert(index)
            }
        }
        return kept
    }

    /// A row as text.
    func line(_ row: Row) -> StyledLine {
        let node = nodes[row.node]
        let (mark, style): (String, Style) =
            switch node.change {
            case .added: ("+", Style(colour: .green))
            case .changed: ("~", Style(colour: .yellow))
            case .removed: ("-", Style(colour: .red))
            case nil: (" ", .plain)
            }
        var spans = [
            Span(
                DisplayWidth.pad(node.change == .removed ? "" : "\(ByteCount(node.size))", to: 8, right: true), .muted),
            Span(" \(mark) ", style), Span(String(repeating: "  ", count: min(row.depth, 40))),
            Span(node.name + (node.isDirectory ? "/" : ""), node.isDirectory ? .strong : style),
        ]
        if row.isClosed { spans.append(Span("  \(InspectionTable.count(node.files, "file"))", .muted)) }
        if !node.note.isEmpty { spans.append(Span("  \(node.note)", .muted)) }
        return StyledLine(spans)
    }
}

extension PathTree {
    /// What a layer changes.
    init(changesOf layer: ImageInspection.Layer) {
        self.init(
            layer.changes.map { change in
                Item(
                    path: change.path, size: change.size, isDirectory: change.kind.isDirectory, change: change.change,
                    note: Self.note(change))
            })
    }

    /// What can be seen in the whole image; what the layers above the base brought is marked.
    /// - Parameter all: with the files of the base.
    init(_ inspection: ImageInspection, all: Bool) {
        var last: [ImagePath: ImageInspection.Change] = [:]
        for layer in inspection.layers.dropFirst(inspection.baseCount) {
            for change in layer.changes { last[change.path] = change }
        }
        var items: [Item] = inspection.files.compactMap { file in
            let isBase = file.layer < inspection.baseCount
            guard all || !isBase else { return nil }
            let change = isBase ? nil : last[file.path]
            return Item(
                path: file.path, size: file.size, isDirectory: false, change: isBase ? nil : change?.change ?? .added,
                note: change.map(Self.note) ?? (file.kind == .file ? "" : file.kind.noun))
        }
        for change in last.values where change.kind.isDirectory && change.change != .removed && change.hiddenBy == nil {
            items.append(Item(path: change.path, size: 0, isDirectory: true, change: change.change, note: ""))
        }
        for change in last.values where change.change == .removed && change.hiddenBy == nil {
            items.append(
                Item(path: change.path, size: 0, isDirectory: false, change: .removed, note: Self.note(change)))
        }
        self.init(items)
    }

    private static func note(_ change: ImageInspection.Change) -> String {
        switch change.change {
        case .removed:
            change.hiddenFiles > 1
                ? "\(change.hiddenFiles) files, \(ByteCount(change.hiddenBytes)) hidden"
                : "\(ByteCount(change.hiddenBytes)) hidden"
        case .changed: change.aspects.map(\.rawValue).joined(separator: ", ")
        case .added:
            change.target.map { "\(change.kind.noun) to \(ImagePath.shown($0))" }
                ?? (change.kind == .file || change.kind.isDirectory ? "" : change.kind.noun)
        }
    }
}
