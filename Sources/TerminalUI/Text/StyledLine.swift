package import Diagnostics

/// A stretch of text in one style. Whatever it is made from has gone through `SafeText`.
package struct Span: Hashable, Sendable {
    /// Safe for one line of a terminal.
    package let text: String
    /// How it looks.
    package let style: Style

    /// Makes a span; control characters become visible.
    package init(_ text: String, _ style: Style = .plain) {
        self.text = SafeText(line: text).description
        self.style = style
    }

    /// Makes a span of what is safe already.
    package init(_ text: SafeText, _ style: Style = .plain) {
        self.text = text.description
        self.style = style
    }
}

/// One line of output: spans side by side.
package struct StyledLine: Hashable, Sendable, ExpressibleByStringLiteral {
    /// From left to right.
    package var spans: [Span]

    /// Makes a line of spans.
    package init(_ spans: [Span] = []) {
        self.spans = spans
    }

    /// Makes a line in one style; control characters become visible.
    package init(_ text: String, _ style: Style = .plain) {
        spans = text.isEmpty ? [] : [Span(text, style)]
    }

    /// Makes a plain line.
    package init(stringLiteral value: String) {
        self.init(value)
    }

    /// Columns that it takes.
    package var width: Int { spans.reduce(0) { $0 + DisplayWidth.of($1.text) } }

    /// Nothing to see.
    package var isBlank: Bool { spans.allSatisfy { $0.text.allSatisfy { $0 == " " } } }

    /// The text without styles.
    package var plain: String { spans.map(\.text).joined() }

    /// Without blanks at its end.
    var trimmed: StyledLine {
        var rest = spans
        while let last = rest.popLast() {
            let text = last.text
            guard let end = text.lastIndex(where: { $0 != " " }) else { continue }
            rest.append(Span(String(text[...end]), last.style))
            break
        }
        return StyledLine(rest)
    }

    /// This line with something before it.
    package func indented(_ spans: [Span]) -> StyledLine {
        StyledLine(spans + self.spans)
    }

    /// This line with blanks before it.
    package func indented(_ columns: Int) -> StyledLine {
        spans.isEmpty ? self : indented([Span(String(repeating: " ", count: max(0, columns)))])
    }
}
