extension StyledLine {
    /// This line in so many columns, with an ellipsis where something is missing.
    package func cut(to columns: Int, ellipsis: String) -> StyledLine {
        guard width > columns else { return self }
        var out: [Span] = []
        var left = columns
        for (index, span) in spans.enumerated() {
            let taken = DisplayWidth.of(span.text)
            let isLast = index == spans.count - 1
            // An ellipsis is needed unless this is the end, and it fits.
            if taken < left || isLast && taken <= left {
                out.append(span)
                left -= taken
                continue
            }
            // Longer than the room by a mark, so that the cut falls here even where the span alone would fit.
            out.append(Span(DisplayWidth.cut(span.text + ellipsis, to: left, ellipsis: ellipsis), span.style))
            break
        }
        return StyledLine(out)
    }

    /// This line in exactly so many columns.
    package func fitted(to columns: Int, ellipsis: String) -> StyledLine {
        let line = cut(to: columns, ellipsis: ellipsis)
        let blanks = columns - line.width
        return blanks > 0 ? StyledLine(line.spans + [Span(String(repeating: " ", count: blanks))]) : line
    }

    /// This line with every span's style added to.
    package func adding(_ style: Style) -> StyledLine {
        StyledLine(spans.map { Span($0.text, $0.style.adding(style)) })
    }
}

/// A list of which a part is shown, and one line of it chosen.
package struct ScrollingList: Sendable, Hashable {
    /// How many lines there are.
    package var count: Int
    package private(set) var selected = 0
    package private(set) var top = 0

    package init(count: Int) {
        self.count = count
    }

    package mutating func select(_ index: Int) {
        selected = min(max(0, index), max(0, count - 1))
    }

    package mutating func move(by lines: Int) { select(selected + lines) }

    /// Scrolls so that the chosen line can be seen.
    /// - Parameter height: lines that are shown.
    /// - Returns: the lines that are shown.
    package mutating func visible(height: Int) -> Range<Int> {
        let height = max(1, height)
        top = min(max(0, top), max(0, count - height))
        if selected < top { top = selected }
        if selected >= top + height { top = selected - height + 1 }
        return top..<min(count, top + height)
    }
}
