import CCMark

/// Captures libcmark's trees in the compact form.
struct DocumentBuilder: ~Copyable {
    var nodes: GrowingBuffer<DocumentNode>
    var text: GrowingBuffer<UInt8>
    var classes: [[String]] = []
    var fences: [Fence] = []
    /// The deck's definitions, for text that is parsed apart.
    var definitions = DefinitionTable()
    /// How deep trees are kept; deeper containers dissolve into what they hold.
    let nesting: Int
    /// The open containers of the walk: the index of each, or -1 for one that was dissolved.
    var open: [Int32] = []
    /// Whether only headings, fences and nothing inside paragraphs is wanted.
    var isOutline = false
    /// Whether the outline has its heading already.
    var hasHeading = false
    /// Whether class marks may be in the present text.
    var mayHoldMarks = false
    /// Where the lines of the present text start; made when first asked for.
    var lineStarts: [Int32] = []

    /// Where images were captured in the present text, and the line of the block each stands in.
    var imagePositions: [(node: Int, line: Int32)] = []
    /// The first line of the last block.
    var blockLine: Int32 = 0
    /// The last line of the last block that holds no others.
    var lastBlockLine: Int32 = 0

    /// - Parameter bytes: the size of the text to come.
    init(nesting: Int, bytes: Int) {
        self.nesting = nesting
        nodes = GrowingBuffer(capacity: bytes / 12)
        text = GrowingBuffer(capacity: bytes + bytes / 8)
    }

    /// Forgets the last document, keeps the room it took.
    mutating func reset() {
        nodes.removeAll()
        text.removeAll()
        fences.removeAll(keepingCapacity: true)
        imagePositions.removeAll(keepingCapacity: true)
        hasHeading = false
    }

    /// The first node that starts at `line` or below, in document order.
    func nodeIndex(line: Int) -> Int {
        guard line < .max else { return nodes.count }
        var index = 0
        while index < nodes.count, Int(nodes[index].line) < line { index += 1 }
        return index
    }

    /// Puts the author's lines in place of the source's.
    mutating func moveLines(_ map: [Int32]) {
        for index in 0..<nodes.count where nodes[index].line > 0 {
            nodes[index].line = map.line(nodes[index].line)
            nodes[index].lastLine = map.line(nodes[index].lastLine)
        }
    }

    /// What the builder must know of the text that libcmark was given.
    struct Context {
        /// The text that the tree's lines and columns refer to.
        var bytes: UnsafeBufferPointer<UInt8>
        /// How many lines stand before it in libcmark's count.
        var skippedLines = 0
        /// The source's line of the text's first line.
        var firstLine = 1
        /// The source's line for each of the text's lines, where they do not simply follow each other.
        var lineMap: UnsafeBufferPointer<Int32>?
        /// Whether class marks may be in the text.
        var hasClasses = false
        /// Whether tables may be in the text.
        var hasTables = false
        /// Whether destinations may be references to definitions.
        var hasDefinitions = false

        func sourceLine(_ line: Int32) -> Int32 {
            let index = max(0, Int(line) - 1 - skippedLines)
            guard let lineMap else { return Int32(clamping: firstLine + index) }
            guard let last = lineMap.last else { return Int32(clamping: firstLine) }
            return index < lineMap.count ? lineMap[index] : last
        }
    }

    /// Parses `prelude` (link definitions) and the context's text, and appends the tree.
    mutating func parse(prelude: [UInt8], _ context: Context, options: Int32 = CMARK_OPT_DEFAULT) {
        // Documents of an ordinary size are made in an arena and dropped at once; a huge one would keep every buffer that
        // it outgrew.
        let usesArena = context.bytes.count < 1 << 20
        guard let parser = usesArena ? ccmark_arena_begin(options) : cmark_parser_new(options) else { return }
        if !prelude.isEmpty {
            prelude.withUnsafeBytes { cmark_parser_feed(parser, $0.baseAddress, $0.count) }
        }
        context.bytes.withMemoryRebound(to: CChar.self) { cmark_parser_feed(parser, $0.baseAddress, $0.count) }
        let root = cmark_parser_finish(parser)
        if let root { capture(root, context) }
        if usesArena {
            ccmark_arena_end()
        } else {
            cmark_node_free(root)
            cmark_parser_free(parser)
        }
    }

    /// Captures the tree of a whole text.
    private mutating func capture(_ root: OpaquePointer, _ context: Context) {
        open.removeAll(keepingCapacity: true)
        lineStarts.removeAll(keepingCapacity: true)
        mayHoldMarks = context.hasClasses
        captureChildren(of: root, context)
    }

    /// Walks the subtree without recursion.
    mutating func captureChildren(of root: OpaquePointer, _ context: Context) {
        guard var node = cmark_node_first_child(root) else { return }
        while true {
            let index = enter(node, context)
            if index != Self.skipChildren, let child = cmark_node_first_child(node) {
                open.append(index)
                node = child
                continue
            }
            if index >= 0 { nodes[Int(index)].end = Int32(nodes.count) }
            while true {
                if let next = cmark_node_next(node) {
                    node = next
                    break
                }
                guard let parent = cmark_node_parent(node), parent != root, let container = open.popLast() else {
                    return
                }
                if container >= 0 {
                    nodes[Int(container)].end = Int32(nodes.count)
                    // libcmark counts the blank lines after a list's last item as the item's.
                    if nodes[Int(container)].line > 0 { nodes[Int(container)].lastLine = lastBlockLine }
                }
                node = parent
            }
        }
    }
}

extension [Int32] {
    /// The line that stands for `line`, 1-based.
    func line(_ line: Int32) -> Int32 { isEmpty ? line : self[Swift.min(Swift.max(0, Int(line) - 1), count - 1)] }
}
