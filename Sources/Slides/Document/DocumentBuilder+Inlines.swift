import CCMark

extension DocumentBuilder {
    mutating func enterText(_ node: OpaquePointer, _ context: Context) {
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

    mutating func enterInlineHTML(_ node: OpaquePointer) {
        guard let literal = cmark_node_get_literal(node) else { return }
        if isLineBreak(literal) {
            nodes.append(DocumentNode(kind: .lineBreak, end: Int32(nodes.count) + 1))
        } else {
            append(.inlineHTML, literal: literal)
        }
    }

    mutating func enterLink(_ kind: DocumentNode.Kind, _ node: OpaquePointer, _ context: Context) {
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

    func string(_ literal: UnsafePointer<CChar>) -> String {
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
