/// Columns of text that line up, whatever characters they hold.
package struct TextTable: Sendable {
    /// Where a column's text stands.
    package enum Alignment: Sendable, Hashable {
        case left
        case right
        case centre
    }

    /// The first row, set in bold; none when empty.
    package var header: [[Span]]
    /// The others. Short rows are filled up.
    package var rows: [[[Span]]]
    /// By column; left where missing.
    package var alignments: [Alignment]
    /// Columns between columns.
    package var gap: Int

    /// Makes a table of spans.
    package init(header: [[Span]] = [], rows: [[[Span]]], alignments: [Alignment] = [], gap: Int = 2) {
        self.header = header
        self.rows = rows
        self.alignments = alignments
        self.gap = gap
    }

    /// Makes a table of plain text.
    package init(header: [String] = [], rows: [[String]], alignments: [Alignment] = [], gap: Int = 2) {
        self.init(
            header: header.map { [Span($0)] }, rows: rows.map { $0.map { [Span($0)] } }, alignments: alignments,
            gap: gap)
    }

    /// The lines. Where they would be wider than `width`, the widest columns give way and their cells are wrapped.
    /// - Parameters:
    ///   - width: columns to stay within; nil for as wide as it takes (a pipe).
    ///   - rule: drawn under the header when given.
    package func lines(width: Int?, rule: String? = nil) -> [StyledLine] {
        let all = (header.isEmpty ? [] : [header]) + rows
        let count = all.map(\.count).max() ?? 0
        guard count > 0 else { return [] }
        var widths = (0..<count).map { column in
            all.map { column < $0.count ? StyledLine($0[column]).width : 0 }.max() ?? 0
        }
        if let width { Self.shrink(&widths, to: width - gap * (count - 1)) }
        var lines: [StyledLine] = []
        if !header.isEmpty {
            lines += row(header.map { $0.map { Span($0.text, $0.style.adding(.strong)) } }, widths)
            if let rule {
                let cells = widths.map { [Span(String(repeating: rule, count: $0), .muted)] }
                lines += row(cells, widths)
            }
        }
        for cells in rows { lines += row(cells, widths) }
        return lines
    }

    private func row(_ cells: [[Span]], _ widths: [Int]) -> [StyledLine] {
        let wrapped = widths.indices.map { column -> [StyledLine] in
            guard column < cells.count else { return [] }
            let whole = StyledLine(cells[column])
            return whole.width <= widths[column] ? [whole] : LineWrapper(width: widths[column]).wrap(whole.spans)
        }
        let height = max(1, wrapped.map(\.count).max() ?? 1)
        return (0..<height).map { line in
            var spans: [Span] = []
            for column in widths.indices {
                let cell = line < wrapped[column].count ? wrapped[column][line] : StyledLine()
                let free = max(0, widths[column] - cell.width)
                let left =
                    switch column < alignments.count ? alignments[column] : .left {
                    case .left: 0
                    case .right: free
                    case .centre: free / 2
                    }
                if left > 0 { spans.append(Span(String(repeating: " ", count: left))) }
                spans += cell.spans
                let right = free - left + (column == widths.count - 1 ? 0 : gap)
                if right > 0 { spans.append(Span(String(repeating: " ", count: right))) }
            }
            return StyledLine(spans)
        }
    }

    /// Takes from the widest column until all fit; none becomes narrower than 8.
    private static func shrink(_ widths: inout [Int], to total: Int) {
        var excess = widths.reduce(0, +) - total
        while excess > 0 {
            guard let widest = widths.max(), widest > 8 else { return }
            let next = max(8, widths.filter { $0 < widest }.max() ?? 8)
            let indices = widths.indices.filter { widths[$0] == widest }
            let give = min(excess, (widest - next) * indices.count)
            let each = max(1, give / indices.count)
            for index in indices where excess > 0 {
                let taken = min(each, widths[index] - 8, excess)
                widths[index] -= taken
                excess -= taken
            }
        }
    }
}
