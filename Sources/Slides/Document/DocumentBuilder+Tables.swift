import CCMark

/// Tables, which libcmark has not: GitHub Flavored Markdown, "Tables (extension)", version 0.29.
///
/// To libcmark a table is a paragraph. Its lines are cut into cells, and each cell is parsed by itself.
extension DocumentBuilder {
    /// Captures the paragraph `node` as a table, with a paragraph before it when text stands above the header; whether
    /// it was one.
    mutating func captureTable(_ node: OpaquePointer, _ context: Context) -> Bool {
        let bytes = context.bytes
        if lineStarts.isEmpty { lineStarts = bytes.lineStarts() }
        let first = Int(cmark_node_get_start_line(node)) - context.skippedLines - 1
        let last = min(Int(cmark_node_get_end_line(node)) - context.skippedLines - 1, lineStarts.count - 1)
        guard first >= 0, last > first else { return false }
        // The column where the paragraph's container puts its text; later lines have it too, or are lazy.
        let column = Int(cmark_node_get_start_column(node)) - 1
        for line in first..<last {
            let delimiter = content(line + 1, column: column, bytes)
            guard let alignments = TableRow.alignments(bytes, delimiter) else { continue }
            let header = TableRow.cells(bytes, content(line, column: column, bytes))
            guard header.count == alignments.count, header.count <= TableRow.maximumCells else { continue }
            guard bytes[delimiter].contains(.pipe) || header.count > 1 else { continue }
            if line > first { appendParagraph(first..<line, column: column, context) }
            appendTable(header, alignments, rows: line..<last + 1, column: column, context)
            return true
        }
        return false
    }

    /// The bytes of a line after its container's indentation and quote marks.
    private func content(_ line: Int, column: Int, _ bytes: Bytes) -> Range<Int> {
        let start = Int(lineStarts[line])
        let end = bytes.lineEnd(from: start, limit: bytes.count)
        var position = start
        while position < end, position - start < column, bytes[position].isBlank || bytes[position] == .greater {
            position += 1
        }
        // The first line may have a list marker in its indentation.
        if position - start < column, bytes.afterContainerMarker(position) != nil {
            position = min(start + column, end)
        }
        return bytes.trimmed(position..<end)
    }

    private func sourceLine(_ line: Int, _ context: Context) -> Int32 {
        context.sourceLine(Int32(line + 1 + context.skippedLines))
    }

    private mutating func appendParagraph(_ lines: Range<Int>, column: Int, _ context: Context) {
        let index = nodes.count
        nodes.append(
            DocumentNode(
                kind: .paragraph, line: sourceLine(lines.lowerBound, context),
                lastLine: sourceLine(lines.upperBound - 1, context)))
        var text: [UInt8] = []
        for line in lines {
            if !text.isEmpty { text.append(.lineFeed) }
            text.append(contentsOf: context.bytes[content(line, column: column, context.bytes)])
        }
        appendInlines(text, context)
        nodes[index].end = Int32(nodes.count)
    }

    private mutating func appendTable(
        _ header: [Range<Int>], _ alignments: [Block.Alignment], rows: Range<Int>, column: Int, _ context: Context
    ) {
        let table = nodes.count
        nodes.append(
            DocumentNode(
                kind: .table, line: sourceLine(rows.lowerBound, context),
                lastLine: sourceLine(rows.upperBound - 1, context)))
        for line in rows where line != rows.lowerBound + 1 {
            let row = nodes.count
            let number = sourceLine(line, context)
            nodes.append(DocumentNode(kind: .row, line: number, lastLine: number))
            let cells =
                line == rows.lowerBound
                ? header : TableRow.cells(context.bytes, content(line, column: column, context.bytes))
            // Cells past the header's are left out; the reader adds those that are missing, which may be many.
            for (range, alignment) in zip(cells, alignments) {
                let cell = nodes.count
                nodes.append(DocumentNode(kind: .cell, detail: alignment.rawValue, line: number, lastLine: number))
                if !range.isEmpty { appendInlines(TableRow.unescaped(context.bytes, range), context) }
                nodes[cell].end = Int32(nodes.count)
            }
            nodes[row].end = Int32(nodes.count)
        }
        nodes[table].end = Int32(nodes.count)
    }

    /// Parses text that is one run of inlines and appends them.
    private mutating func appendInlines(_ text: [UInt8], _ context: Context) {
        let isPlain = text.allSatisfy { $0.isLetter || $0.isDigit || $0 == .space || $0 == .dot || $0 >= 0x80 }
        if isPlain, text.first.map({ !$0.isDigit && $0 != .space }) ?? false {
            text.withUnsafeBytes { appendText($0) }
            return
        }
        // A heading's content is inline and nothing else, whatever it starts with.
        let line = Array("# ".utf8) + text.map { $0 == .lineFeed ? .space : $0 } + Array(" #\n".utf8)
        var prelude: [UInt8] = []
        if context.hasDefinitions {
            prelude = text.withUnsafeBufferPointer { definitions.prelude(for: $0).bytes }
        }
        guard let parser = cmark_parser_new(CMARK_OPT_DEFAULT) else { return }
        defer { cmark_parser_free(parser) }
        prelude.withUnsafeBytes { cmark_parser_feed(parser, $0.baseAddress, $0.count) }
        line.withUnsafeBytes { cmark_parser_feed(parser, $0.baseAddress, $0.count) }
        guard let root = cmark_parser_finish(parser) else { return }
        defer { cmark_node_free(root) }
        guard let heading = cmark_node_last_child(root) else { return }
        captureChildren(of: heading, context)
    }
}

/// A line of a table.
enum TableRow {
    /// No table that anybody can read has more; what is wider is shown as text.
    static let maximumCells = 128

    /// The cells of a row: between pipes that are not escaped, without blanks at their ends.
    static func cells(_ bytes: Bytes, _ range: Range<Int>) -> [Range<Int>] {
        var (start, end) = (range.lowerBound, range.upperBound)
        if start < end, bytes[start] == .pipe { start += 1 }
        if end > start, bytes[end - 1] == .pipe, end - 1 == start || bytes[end - 2] != .backslash { end -= 1 }
        var cells: [Range<Int>] = []
        var cell = start
        var position = start
        while position < end {
            if bytes[position] == .backslash {
                position += 2
                continue
            }
            if bytes[position] == .pipe {
                cells.append(bytes.trimmed(cell..<position))
                cell = position + 1
            }
            position += 1
        }
        cells.append(bytes.trimmed(cell..<end))
        return cells
    }

    /// The alignments of a delimiter row, or nil when it is none.
    static func alignments(_ bytes: Bytes, _ range: Range<Int>) -> [Block.Alignment]? {
        guard let first = range.first, [UInt8.pipe, .dash, .colon].contains(bytes[first]) else { return nil }
        var alignments: [Block.Alignment] = []
        for cell in cells(bytes, range) {
            guard let first = cell.first, let last = cell.last else { return nil }
            let left = bytes[first] == .colon
            let right = bytes[last] == .colon
            let dashes = (left ? first + 1 : first)..<max(left ? first + 1 : first, right ? last : last + 1)
            guard !dashes.isEmpty, bytes[dashes].allSatisfy({ $0 == .dash }) else { return nil }
            alignments.append(left && right ? .center : left ? .left : right ? .right : .none)
        }
        return alignments
    }

    /// A cell's text; `\|` is a pipe, in code too.
    static func unescaped(_ bytes: Bytes, _ range: Range<Int>) -> [UInt8] {
        var text: [UInt8] = []
        for position in range {
            if bytes[position] == .backslash, position + 1 < range.upperBound, bytes[position + 1] == .pipe { continue }
            text.append(bytes[position])
        }
        return text
    }
}
