/// Where a slide's content is: in its deck's text, parsed again when it is asked for.
///
/// Loading has libcmark parse every slide too, for headings, fences and pictures. To keep its inlines as well would cost
/// a course's load a quarter more, and most slides are never looked at.
struct SlideDocument: Sendable {
    static let empty = SlideDocument(
        content: .empty, group: GroupDocument(GroupSource(), fences: []), cutLine: .max)

    let content: DeckContent
    let group: GroupDocument
    /// The line where the next fragment begins: what stands there and below is not shown yet.
    let cutLine: Int

    /// The content as a tree. Depth is bounded by what is captured, so recursion is too.
    func blocks() -> [Block] {
        let source = GroupSource(group)
        guard source.assembled != nil || !source.slice.isEmpty else { return [] }
        var builder = DocumentBuilder(
            nesting: content.nesting, bytes: source.assembled?.bytes.count ?? source.slice.count)
        builder.classes = content.classes
        builder.definitions = content.definitions
        content.source.withUnsafeBufferPointer { source.parse($0, content.definitions, into: &builder) }
        let limit = builder.nodeIndex(line: cutLine)
        if let lineMap = content.lineMap { builder.moveLines(lineMap) }
        var reader = DocumentReader(
            arena: DocumentArena(builder, definitions: content.definitions.definitions, fences: group.fences),
            limit: limit)
        return reader.blocks(0, limit)
    }
}

/// Makes trees from an arena.
struct DocumentReader {
    let arena: DocumentArena
    let limit: Int

    private func end(of index: Int) -> Int { min(Int(arena[node: index].end), limit) }

    private func lines(_ node: DocumentNode) -> ClosedRange<Int> {
        Int(node.line)...max(Int(node.line), Int(node.lastLine))
    }

    /// The blocks in `start..<end`. Class blocks are pairs of marks between siblings: a stack, not a subtree.
    mutating func blocks(_ start: Int, _ end: Int) -> [Block] {
        var stack: [(classes: [String], line: Int, blocks: [Block])] = []
        var current: [Block] = []
        func close(lastLine: Int) {
            guard let open = stack.popLast() else { return }
            let block = Block(
                .classBlock(classes: open.classes, current), lines: open.line...max(open.line, lastLine))
            current = open.blocks
            current.append(block)
        }
        var index = start
        while index < end {
            let node = arena[node: index]
            let next = self.end(of: index)
            switch node.kind {
            case .classOpen:
                stack.append((arena.classes[Int(node.extra)], Int(node.line), current))
                current = []
            case .classClose: close(lastLine: Int(node.line))
            default:
                if let kind = blockKind(index, node, end: next) { current.append(Block(kind, lines: lines(node))) }
            }
            index = max(next, index + 1)
        }
        while !stack.isEmpty { close(lastLine: current.last?.lines.upperBound ?? 0) }
        return current
    }

    private mutating func blockKind(_ index: Int, _ node: DocumentNode, end: Int) -> Block.Kind? {
        switch node.kind {
        case .heading: .heading(level: Int(node.detail), inlines(index + 1, end))
        case .paragraph: .paragraph(inlines(index + 1, end))
        case .list: .list(list(index, node, end: end))
        case .code: code(node)
        case .indentedCode: .indentedCode(arena.string(node))
        case .quote: .quote(blocks(index + 1, end))
        case .html: .html(arena.string(node))
        case .rule: .rule
        case .literal: .literal(arena.string(node))
        case .table: table(index, end: end)
        default: nil
        }
    }

    /// The fence that loading found in the same place.
    private func code(_ node: DocumentNode) -> Block.Kind? {
        guard arena.fences.indices.contains(Int(node.extra)) else { return nil }
        var fence = arena.fences[Int(node.extra)]
        fence.line = Int(node.line)
        return .code(fence)
    }

    private mutating func list(_ index: Int, _ node: DocumentNode, end: Int) -> Block.List {
        var items: [Block.Item] = []
        var child = index + 1
        while child < end {
            let next = max(self.end(of: child), child + 1)
            let item = arena[node: child]
            // Past the nesting bound, what an item holds stands in its place.
            let inner = item.kind == .item ? blocks(child + 1, next) : blocks(child, next)
            items.append(Block.Item(blocks: inner, lines: lines(item)))
            child = next
        }
        return Block.List(
            isOrdered: node.detail & 1 != 0, start: Int(node.extra), isTight: node.detail & 2 != 0, items: items)
    }

    private mutating func table(_ index: Int, end: Int) -> Block.Kind? {
        var rows: [[[Inline]]] = []
        var alignments: [Block.Alignment] = []
        var row = index + 1
        while row < end {
            let next = max(self.end(of: row), row + 1)
            var cells: [[Inline]] = []
            var cell = row + 1
            while cell < next {
                let after = max(self.end(of: cell), cell + 1)
                if rows.isEmpty { alignments.append(Block.Alignment(rawValue: arena[node: cell].detail) ?? .none) }
                cells.append(inlines(cell + 1, after))
                cell = after
            }
            rows.append(cells)
            row = next
        }
        guard let header = rows.first else { return nil }
        // Rows are as long as the header; a table of many short rows stays as it is.
        if rows.count < 4096 {
            for index in rows.indices where rows[index].count < header.count {
                rows[index] += Array(repeating: [], count: header.count - rows[index].count)
            }
        }
        return .table(Block.Table(header: header, alignments: alignments, rows: Array(rows.dropFirst())))
    }

    private mutating func inlines(_ start: Int, _ end: Int) -> [Inline] {
        var stack: [(classes: [String], inlines: [Inline])] = []
        var current: [Inline] = []
        func close() {
            guard let open = stack.popLast() else { return }
            let span = Inline.classSpan(classes: open.classes, current)
            current = open.inlines
            current.append(span)
        }
        var index = start
        while index < end {
            let node = arena[node: index]
            let next = max(self.end(of: index), index + 1)
            switch node.kind {
            case .text: current.append(.text(arena.string(node)))
            case .inlineCode: current.append(.code(arena.string(node)))
            case .emphasis: current.append(.emphasis(inlines(index + 1, next)))
            case .strong: current.append(.strong(inlines(index + 1, next)))
            case .softBreak: current.append(.softBreak)
            case .lineBreak: current.append(.lineBreak)
            case .inlineHTML: current.append(.html(arena.string(node)))
            case .link, .image: current.append(link(index, node, end: next))
            case .spanOpen:
                stack.append((arena.classes[Int(node.extra)], current))
                current = []
            case .spanClose: close()
            default: break
            }
            index = next
        }
        while !stack.isEmpty { close() }
        return current
    }

    private mutating func link(_ index: Int, _ node: DocumentNode, end: Int) -> Inline {
        var first = index + 1
        var destination = arena.string(node)
        var title = ""
        if node.extra > 0 {
            let definition = arena.definitions[Int(node.extra) - 1]
            destination = definition.destination
            title = definition.title
        } else if first < end, arena[node: first].kind == .title {
            title = arena.string(arena[node: first])
            first += 1
        }
        let inner = inlines(first, end)
        return node.kind == .link
            ? .link(destination: destination, title: title, inner)
            : .image(destination: destination, title: title, alternative: inner)
    }
}
