import CCMark
import Diagnostics

extension DeckLint {
    /// Where remark, and CommonMark given the whole file, see other slides than the loader does.
    mutating func separators() {
        guard deck.facts.dialect == .remark, !deck.facts.source.isEmpty else { return }
        let facts = deck.facts
        let own = Set(facts.separators)
        var remark: Set<Int> = []
        var spaced: [Int] = []
        facts.source.withUnsafeBufferPointer { bytes in
            let lexer = RemarkLexer(bytes)
            var line = 1
            var offset = 0
            while offset < bytes.count {
                let end = bytes.lineEnd(from: offset, limit: bytes.count)
                if bytes[offset] == .dash || bytes[offset] == .less {
                    if lexer.separators.contains(offset), offset >= facts.start { remark.insert(line) }
                    if end > offset + 3, bytes.starts(with: "---", at: offset, limit: end),
                        bytes.skipBlanks(from: offset + 3, limit: end) == end
                    {
                        spaced.append(line)
                    }
                }
                offset = end + 1
                line += 1
            }
        }
        compare(own, remark)
        commonMark(own)
        let code = spaced.isEmpty ? [] : codeLines()
        var fence = 0
        for line in spaced {
            while fence < code.count, code[fence].upperBound < line { fence += 1 }
            if fence < code.count, code[fence].contains(line) { continue }
            report(
                "separator-space", line: line, "'---' with white space after it separates nothing",
                hint: "remove the white space to start a slide, or write '***' for a line across")
        }
    }

    /// One message for each stretch in which the two differ, or a forgotten fence would give dozens.
    private mutating func compare(_ own: Set<Int>, _ remark: Set<Int>) {
        let different = own.symmetricDifference(remark).sorted()
        var last: (line: Int, isOurs: Bool)?
        for line in different {
            let isOurs = own.contains(line)
            defer { last = (line, isOurs) }
            if let last, last.isOurs == isOurs, !separates(remark, own, from: last.line, to: line) { continue }
            report(
                "remark-split", line: line,
                isOurs
                    ? "remark does not split here: a fence, a backtick or a bracket before it runs on"
                    : "remark splits here, inside what is a fence",
                hint: isOurs
                    ? "close what is open on the slides before" : "write '--- #' in YAML, which is the same to YAML")
        }
    }

    /// Whether the two agree on a separator between two lines.
    private func separates(_ a: Set<Int>, _ b: Set<Int>, from first: Int, to last: Int) -> Bool {
        guard last - first < 10_000 else { return true }
        for line in first + 1..<max(first + 1, last) where a.contains(line) && b.contains(line) { return true }
        return false
    }

    /// What libcmark makes of the lines that separate: a thematic break, a heading's underline, or nothing.
    private mutating func commonMark(_ own: Set<Int>) {
        let source = deck.facts.source
        // A text that keeps libcmark busy is none that anybody reads elsewhere.
        guard source.count < 16 << 20,
            !deck.diagnostics.contains(where: { $0.id == "nesting-too-deep" || $0.id == "paragraph-too-long" })
        else { return }
        var breaks: Set<Int> = []
        var underlines: Set<Int> = []
        source.withUnsafeBytes { raw in
            guard let root = cmark_parse_document(raw.baseAddress, raw.count, CMARK_OPT_DEFAULT) else { return }
            defer { cmark_node_free(root) }
            var node = cmark_node_first_child(root)
            while let block = node {
                switch cmark_node_get_type(block) {
                case CMARK_NODE_THEMATIC_BREAK: breaks.insert(Int(cmark_node_get_start_line(block)))
                case CMARK_NODE_HEADING:
                    // Only a heading with an underline has several lines; libcmark 0.30 counts the one after it.
                    let end = Int(cmark_node_get_end_line(block))
                    guard end > Int(cmark_node_get_start_line(block)) else { break }
                    underlines.formUnion([end - 1, end])
                default: break
                }
                node = cmark_node_next(block)
            }
        }
        let lines = deck.facts.source.withUnsafeBufferPointer { $0.lineStarts() }
        var lost: Int?
        for line in own.sorted() where line > 0 && line <= lines.count {
            let start = Int(lines[line - 1])
            // Only `---` means something to CommonMark.
            guard start + 2 < source.count, source[start] == .dash, source[start + 2] == .dash else { continue }
            if breaks.contains(line) {
                lost = nil
            } else if underlines.contains(line) {
                lost = nil
                report(
                    "setext-accident", line: line, "CommonMark makes a heading of the text above this separator",
                    hint: "put a blank line before '---'")
            } else if lost == nil {
                lost = line
                report(
                    "split-disagreement", line: line, "CommonMark, given the whole file, sees no separator here",
                    hint: "something before it is not closed; look at the fences above")
            }
        }
    }

    /// The lines of code of every fence, in order.
    private func codeLines() -> [ClosedRange<Int>] {
        deck.slides.flatMap { slide in
            slide.fences.map { fence in
                fence.line...fence.line + 1 + fence.text.utf8.count { $0 == .lineFeed }
            }
        }
    }
}
