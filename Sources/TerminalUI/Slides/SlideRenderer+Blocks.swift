import Diagnostics
import Slides

extension SlideRenderer {
    /// Blocks one below the other with a blank line between.
    func set(_ blocks: [Block], _ context: Context, isTight: Bool = false) -> [StyledLine] {
        guard context.depth < Self.nestingLimit else { return [StyledLine(terminal.glyphs.ellipsis, .muted)] }
        var lines: [StyledLine] = []
        for block in blocks {
            let some = set(block, context)
            guard !some.isEmpty else { continue }
            if !lines.isEmpty, !(isTight && block.isProseOrList) { lines.append(StyledLine()) }
            lines += some
        }
        return lines
    }

    private func set(_ block: Block, _ context: Context) -> [StyledLine] {
        switch block.kind {
        case .heading(let level, let content): heading(level, content, context)
        case .paragraph(let content): paragraph(content, context)
        case .list(let list): self.list(list, context)
        case .code(let fence): code(fence, context)
        case .indentedCode(let text), .literal(let text): codeLines(text, context)
        case .table(let table): self.table(table, context)
        case .quote(let inner):
            bar(set(inner, context.inside(columns: 2)), .muted)
        case .html(let text): html(text, context)
        case .rule: [StyledLine(String(repeating: terminal.glyphs.rule, count: min(context.width, 40)), .muted)]
        case .classBlock(let classes, let inner): classBlock(classes, inner, context)
        }
    }

    private func heading(_ level: Int, _ content: [Inline], _ context: Context) -> [StyledLine] {
        let style = level <= 2 ? Style.heading : .strong
        let lines = content.lines(style.adding(context.style), showsLinks: false).flatMap {
            LineWrapper(width: context.width).wrap($0)
        }
        guard level == 1, let longest = lines.map(\.width).max() else { return centred(lines, context) }
        // Without colour a first-level heading is still told from the text by the rule below it.
        let rule = StyledLine(String(repeating: terminal.isASCII ? "=" : "═", count: longest), .muted)
        return centred(lines + [rule], context)
    }

    private func paragraph(_ content: [Inline], _ context: Context) -> [StyledLine] {
        let lines = content.lines(context.style).flatMap { LineWrapper(width: context.width).wrap($0) }
        return centred(lines, context)
    }

    private func centred(_ lines: [StyledLine], _ context: Context) -> [StyledLine] {
        guard context.isCentred else { return lines }
        return lines.map { $0.indented(max(0, (context.width - $0.width) / 2)) }
    }

    private func list(_ list: Block.List, _ context: Context) -> [StyledLine] {
        let bullets = terminal.glyphs.bullets
        let last = list.start.addingReportingOverflow(list.items.count).partialValue
        let markWidth = list.isOrdered ? max("\(list.start)".count, "\(last)".count) + 2 : 2
        var lines: [StyledLine] = []
        for (index, item) in list.items.enumerated() {
            let mark =
                list.isOrdered
                ? DisplayWidth.pad("\(list.start.addingReportingOverflow(index).partialValue).", to: markWidth)
                : "\(bullets[context.listDepth % max(1, bullets.count)]) "
            var inner = context.inside(columns: markWidth)
            inner.listDepth += 1
            let body = set(item.blocks, inner, isTight: list.isTight)
            if !lines.isEmpty, !list.isTight { lines.append(StyledLine()) }
            lines.append((body.first ?? StyledLine()).indented([Span(mark, .muted)]))
            lines += body.dropFirst().map { $0.indented(markWidth) }
        }
        return lines
    }

    private func table(_ table: Block.Table, _ context: Context) -> [StyledLine] {
        func cell(_ content: [Inline]) -> [Span] {
            Array(content.lines(context.style, showsLinks: false).joined(separator: [Span(" ")]))
        }
        return TextTable(
            header: table.header.map(cell), rows: table.rows.map { $0.map(cell) },
            alignments: table.alignments.map { alignment in
                switch alignment {
                case .none, .left: .left
                case .center: .centre
                case .right: .right
                }
            }
        ).lines(width: context.width, rule: terminal.glyphs.rule)
    }

    private func html(_ text: String, _ context: Context) -> [StyledLine] {
        // Tags say nothing on a terminal; the text between them may.
        let bare = withoutTags(text)
        return bare.split(separator: "\n", omittingEmptySubsequences: true)
            .filter { !$0.allSatisfy(\.isWhitespace) }
            .map { StyledLine(expandTabs($0), context.style) }
    }

    private func classBlock(_ classes: [String], _ inner: [Block], _ context: Context) -> [StyledLine] {
        var nested = context.inside(columns: 2)
        switch classes.first {
        case "warning":
            return labelled("Warning", set(inner, nested), .warning)
        case "lab", "exercise":
            return labelled("Try it", set(inner, nested), Style(colour: .green, isBold: true))
        case "footnote", "small", "debug":
            nested.width = context.width
            nested.style = context.style.adding(.muted)
            return set(inner, nested)
        case "center":
            nested.width = context.width
            nested.isCentred = true
            return set(inner, nested)
        default:
            nested.width = context.width
            nested.style = context.style.adding(.ofClasses(classes))
            return set(inner, nested)
        }
    }

    private func labelled(_ label: String, _ lines: [StyledLine], _ style: Style) -> [StyledLine] {
        guard !lines.isEmpty else { return [] }
        let hasSign = lines.first?.plain.hasPrefix("⚠") ?? false
        return bar((hasSign ? [] : [StyledLine(label, style)]) + lines, style)
    }

    private func bar(_ lines: [StyledLine], _ style: Style) -> [StyledLine] {
        lines.map { $0.indented([Span("\(terminal.glyphs.quote) ", style)]) }
    }
}

extension Block {
    /// Stands close in a tight list.
    fileprivate var isProseOrList: Bool {
        switch kind {
        case .paragraph, .list: true
        default: false
        }
    }
}
