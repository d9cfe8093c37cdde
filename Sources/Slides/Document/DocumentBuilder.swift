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
    private var open: [Int32] = []
    /// Whether only headings, fences and nothing inside paragraphs is wanted.
    var isOutline = false
    private var hasHeading = false
    /// Whether class marks may be in the present text.
    private var mayHoldMarks = false
    /// Where the lines of the present text start; made when first asked for.
    var lineStarts: [Int32] = []

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

    private static let skipChildren: Int32 = -2

    /// Appends what `node` is; the index of the new node, or a negative number.
    private mutating func enter(_ node: OpaquePointer, _ context: Context) -> Int32 {
        let index = Int32(nodes.count)
        switch cmark_node_get_type(node) {
        case CMARK_NODE_TEXT:
            enterText(node, context)
            return Self.skipChildren
        case CMARK_NODE_SOFTBREAK:
            nodes.append(DocumentNode(kind: .softBreak, end: index + 1))
            return Self.skipChildren
        case CMARK_NODE_LINEBREAK:
            nodes.append(DocumentNode(kind: .lineBreak, end: index + 1))
            return Self.skipChildren
        case CMARK_NODE_CODE:
            append(.inlineCode, literal: cmark_node_get_literal(node))
            return Self.skipChildren
        case CMARK_NODE_HTML_INLINE:
            enterInlineHTML(node)
            return Self.skipChildren
        case CMARK_NODE_EMPH:
            guard open.count < nesting else { return -1 }
            nodes.append(DocumentNode(kind: .emphasis))
        case CMARK_NODE_STRONG:
            guard open.count < nesting else { return -1 }
            nodes.append(DocumentNode(kind: .strong))
        case CMARK_NODE_LINK:
            guard open.count < nesting else { return -1 }
            enterLink(.link, node, context)
        case CMARK_NODE_IMAGE:
            guard open.count < nesting else { return -1 }
            enterLink(.image, node, context)
        default: return enterBlock(node, context)
        }
        return index
    }

    private mutating func enterBlock(_ node: OpaquePointer, _ context: Context) -> Int32 {
        if isOutline { return enterOutline(node, context) }
        let index = Int32(nodes.count)
        let firstLine = cmark_node_get_start_line(node)
        let line = context.sourceLine(firstLine)
        let lastLine = max(line, context.sourceLine(cmark_node_get_end_line(node)))
        blockLine = line
        lastBlockLine = lastLine
        switch cmark_node_get_type(node) {
        case CMARK_NODE_PARAGRAPH:
            if context.hasTables, captureTable(node, context) { return Self.skipChildren }
            nodes.append(DocumentNode(kind: .paragraph, line: line, lastLine: lastLine))
        case CMARK_NODE_HEADING:
            let level = UInt8(clamping: cmark_node_get_heading_level(node))
            nodes.append(DocumentNode(kind: .heading, detail: level, line: line, lastLine: lastLine))
        case CMARK_NODE_LIST:
            guard open.count < nesting else { return -1 }
            let ordered: UInt8 = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST ? 1 : 0
            let tight: UInt8 = cmark_node_get_list_tight(node) != 0 ? 2 : 0
            let start = cmark_node_get_list_start(node)
            nodes.append(
                DocumentNode(kind: .list, detail: ordered | tight, line: line, lastLine: lastLine, extra: start))
        case CMARK_NODE_ITEM:
            guard open.count < nesting + 1 else { return -1 }
            nodes.append(DocumentNode(kind: .item, line: line, lastLine: lastLine))
        case CMARK_NODE_BLOCK_QUOTE:
            guard open.count < nesting else { return -1 }
            nodes.append(DocumentNode(kind: .quote, line: line, lastLine: lastLine))
        case CMARK_NODE_CODE_BLOCK:
            enterCode(node, context, line: line, lastLine: lastLine)
        case CMARK_NODE_HTML_BLOCK:
            guard let literal = cmark_node_get_literal(node) else { return Self.skipChildren }
            if context.hasClasses, let mark = ClassMark(block: literal), mark.index < classes.count {
                let kind: DocumentNode.Kind = mark.isOpening ? .classOpen : .classClose
                nodes.append(
                    DocumentNode(
                        kind: kind, end: index + 1, line: line, lastLine: lastLine, extra: Int32(mark.index)))
            } else {
                append(.html, literal: literal, line: line, lastLine: lastLine)
            }
        case CMARK_NODE_THEMATIC_BREAK:
            nodes.append(DocumentNode(kind: .rule, line: line, lastLine: lastLine))
        default: return Self.skipChildren
        }
        return index
    }

    /// Keeps the first heading and every fence; containers dissolve.
    private mutating func enterOutline(_ node: OpaquePointer, _ context: Context) -> Int32 {
        switch cmark_node_get_type(node) {
        case CMARK_NODE_LIST, CMARK_NODE_ITEM, CMARK_NODE_BLOCK_QUOTE: return -1
        case CMARK_NODE_HEADING:
            guard !hasHeading else { return Self.skipChildren }
            hasHeading = true
            let line = context.sourceLine(cmark_node_get_start_line(node))
            nodes.append(
                DocumentNode(
                    kind: .heading, detail: UInt8(clamping: cmark_node_get_heading_level(node)), line: line,
                    lastLine: line))
            return Int32(nodes.count) - 1
        case CMARK_NODE_CODE_BLOCK:
            let line = context.sourceLine(cmark_node_get_start_line(node))
            enterCode(node, context, line: line, lastLine: line)
            return Self.skipChildren
        default: return Self.skipChildren
        }
    }

    private mutating func enterCode(_ node: OpaquePointer, _ context: Context, line: Int32, lastLine: Int32) {
        guard let literal = cmark_node_get_literal(node) else { return }
        let info = cmark_node_get_fence_info(node).map { string($0) } ?? ""
        guard !info.isEmpty || isFence(node, context) else {
            append(.indentedCode, literal: literal, line: line, lastLine: lastLine)
            return
        }
        let language = info.utf8.prefix { !$0.isBlank && $0 != .leftBrace && $0 != .comma }
        nodes.append(
            DocumentNode(
                kind: .code, end: Int32(nodes.count) + 1, line: line, lastLine: lastLine, extra: Int32(fences.count)))
        fences.append(
            Fence(
                language: String(decoding: language, as: UTF8.self), info: info, line: Int(line),
                text: string(literal), index: 0))
    }

    /// libcmark has no question for it: code by indentation begins with what stands at its first line, a fence with
    /// what stands below its marker.
    private mutating func isFence(_ node: OpaquePointer, _ context: Context) -> Bool {
        let bytes = context.bytes
        let line = Int(cmark_node_get_start_line(node)) - context.skippedLines - 1
        if lineStarts.isEmpty { lineStarts = bytes.lineStarts() }
        guard line >= 0, line < lineStarts.count else { return true }
        var offset = Int(lineStarts[line]) + Int(cmark_node_get_start_column(node)) - 1
        while offset < bytes.count, bytes[offset] == .space || bytes[offset] == .tab { offset += 1 }
        guard offset + 2 < bytes.count, bytes[offset] == .backtick || bytes[offset] == .tilde,
            bytes[offset + 1] == bytes[offset], bytes[offset + 2] == bytes[offset]
        else { return false }
        guard let literal = cmark_node_get_literal(node) else { return true }
        var position = 0
        while offset < bytes.count, bytes[offset] != .lineFeed {
            guard UInt8(bitPattern: literal[position]) == bytes[offset] else { return true }
            position += 1
            offset += 1
        }
        return UInt8(bitPattern: literal[position]) != .lineFeed
    }

    private mutating func enterText(_ node: OpaquePointer, _ context: Context) {
        guard let literal = cmark_node_get_literal(node) else { return }
        if context.hasClasses {
            appendMarkedText(literal)
        } else {
            append(.text, literal: literal)
        }
    }

    /// Text in which class marks may stand.
    private mutating func appendMarkedText(_ literal: UnsafePointer<CChar>) {
        var position = 0
        var runStart = 0
        while literal[position] != 0 {
            let byte = UInt8(bitPattern: literal[position])
            if byte == ClassMark.opening || byte == ClassMark.closing,
                let mark = ClassMark(inline: literal + position), mark.index < classes.count
            {
                appendText(UnsafeRawBufferPointer(start: literal + runStart, count: position - runStart))
                nodes.append(
                    DocumentNode(
                        kind: mark.isOpening ? .spanOpen : .spanClose, end: Int32(nodes.count) + 1,
                        extra: Int32(mark.index)))
                position += mark.length
                runStart = position
            } else {
                position += 1
            }
        }
        appendText(UnsafeRawBufferPointer(start: literal + runStart, count: position - runStart))
    }

    mutating func appendText(_ raw: UnsafeRawBufferPointer) {
        guard raw.count > 0 else { return }
        let before = Int32(text.count)
        raw.withMemoryRebound(to: UInt8.self) { bytes in
            if let start = bytes.baseAddress { text.append(start, count: bytes.count) }
        }
        nodes.append(
            DocumentNode(
                kind: .text, end: Int32(nodes.count) + 1, textStart: before, textLength: Int32(raw.count)))
    }

    private mutating func enterInlineHTML(_ node: OpaquePointer) {
        guard let literal = cmark_node_get_literal(node) else { return }
        if isLineBreak(literal) {
            nodes.append(DocumentNode(kind: .lineBreak, end: Int32(nodes.count) + 1))
        } else {
            append(.inlineHTML, literal: literal)
        }
    }

    private mutating func enterLink(_ kind: DocumentNode.Kind, _ node: OpaquePointer, _ context: Context) {
        let url = cmark_node_get_url(node)
        let position = nodes.count
        if context.hasDefinitions, let url, url[0] == CChar(bitPattern: LinkDefinition.mark) {
            nodes.append(DocumentNode(kind: kind, extra: Int32(clamping: decimal(url + 1) + 1)))
        } else {
            let before = text.count
            if let url { append(url) }
            nodes.append(
                DocumentNode(kind: kind, textStart: Int32(before), textLength: Int32(text.count - before)))
            if let title = cmark_node_get_title(node), title[0] != 0 { append(.title, literal: title) }
        }
        if kind == .image { imagePositions.append((position, blockLine)) }
    }

    /// Where images were captured in the present text, and the line of the block each stands in.
    private(set) var imagePositions: [(node: Int, line: Int32)] = []
    private var blockLine: Int32 = 0
    /// The last line of the last block that holds no others.
    var lastBlockLine: Int32 = 0

    mutating func append(
        _ kind: DocumentNode.Kind, literal: UnsafePointer<CChar>?, line: Int32 = 0, lastLine: Int32 = 0
    ) {
        let before = text.count
        if let literal { append(literal) }
        nodes.append(
            DocumentNode(
                kind: kind, end: Int32(nodes.count) + 1, line: line, lastLine: lastLine, textStart: Int32(before),
                textLength: Int32(text.count - before)))
    }

    private mutating func append(_ literal: UnsafePointer<CChar>) {
        if mayHoldMarks, let restored = restored(literal) {
            restored.withUnsafeBufferPointer { bytes in
                if let start = bytes.baseAddress { text.append(start, count: bytes.count) }
            }
            return
        }
        let length = ccmark_length(literal)
        literal.withMemoryRebound(to: UInt8.self, capacity: length) { text.append($0, count: length) }
    }

    private func string(_ literal: UnsafePointer<CChar>) -> String {
        guard mayHoldMarks, let restored = restored(literal) else { return String(cString: literal) }
        return String(decoding: restored, as: UTF8.self)
    }

    /// Code, HTML or an address with class brackets in place of the marks that stood in for them; nil when there are none.
    /// The reader knows code by the line; libcmark may find some that goes over several, or stands in a quote.
    private func restored(_ literal: UnsafePointer<CChar>) -> [UInt8]? {
        var length = 0
        var hasMark = false
        while literal[length] != 0 {
            if literal[length] == 1 || literal[length] == 2 { hasMark = true }
            length += 1
        }
        guard hasMark else { return nil }
        var bytes: [UInt8] = []
        var position = 0
        while position < length {
            let byte = UInt8(bitPattern: literal[position])
            guard byte == ClassMark.opening || byte == ClassMark.closing,
                let mark = ClassMark(inline: literal + position),
                mark.index < classes.count
            else {
                bytes.append(byte)
                position += 1
                continue
            }
            // A block's mark is a comment.
            let isBlock = bytes.suffix(4).elementsEqual("<!--".utf8)
            if isBlock { bytes.removeLast(4) }
            if mark.isOpening {
                bytes.append(contentsOf: classes[mark.index].flatMap { ".\($0)".utf8 })
                bytes.append(.leftBracket)
            } else {
                bytes.append(.rightBracket)
            }
            position += isBlock ? min(mark.length + 2, length - position) : mark.length
        }
        return bytes
    }
}

extension [Int32] {
    /// The line that stands for `line`, 1-based.
    func line(_ line: Int32) -> Int32 { isEmpty ? line : self[Swift.min(Swift.max(0, Int(line) - 1), count - 1)] }
}
