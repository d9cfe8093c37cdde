import CCMark

extension DocumentBuilder {
    /// Says of a node that what it holds is captured already, or not wanted.
    static let skipChildren: Int32 = -2

    /// Appends what `node` is; the index of the new node, or a negative number.
    mutating func enter(_ node: OpaquePointer, _ context: Context) -> Int32 {
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
}
