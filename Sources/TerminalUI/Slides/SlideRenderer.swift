package import Slides

/// Sets a slide's content for a terminal: prose is wrapped, code never is.
package struct SlideRenderer: Sendable {
    /// What can be shown.
    package var terminal: Terminal
    /// Whether the speaker's notes follow.
    package var showsNotes: Bool

    /// How deep blocks may nest before they are set as plain text; the loader's own limit is lower.
    static let nestingLimit = 64

    /// Makes a renderer.
    package init(terminal: Terminal, showsNotes: Bool = false) {
        self.terminal = terminal
        self.showsNotes = showsNotes
    }

    /// A slide's lines, without blank lines before or after.
    package func lines(_ slide: Slide) -> [StyledLine] {
        let blocks = slide.blocks
        let labelled = Self.fenceCount(blocks, depth: 0) > 1
        var context = Context(width: terminal.proseWidth, labelsFences: labelled)
        context.isCentred = slide.classes.contains("title") || slide.classes.contains("center")
        var lines = set(blocks, context)
        if showsNotes, let notes = slide.notes, !notes.allSatisfy(\.isWhitespace) {
            lines += [StyledLine(), StyledLine("Notes", .strong)]
            for part in notes.split(separator: "\n", omittingEmptySubsequences: false) {
                let wrapped = LineWrapper(width: terminal.proseWidth).wrap([Span(expandTabs(part))])
                lines += wrapped.isEmpty ? [StyledLine()] : wrapped
            }
        }
        while let last = lines.last, last.isBlank { lines.removeLast() }
        return Array(lines.drop { $0.isBlank })
    }

    /// What a block needs to know of where it stands.
    struct Context {
        /// Columns for prose.
        var width: Int
        /// Lists and class blocks around it.
        var depth = 0
        /// Lists around it.
        var listDepth = 0
        var isCentred = false
        /// Whether a fence shows its number, for `lesson run N`.
        var labelsFences = false
        /// What all text around looks like.
        var style = Style.plain

        func inside(columns: Int) -> Context {
            var inner = self
            inner.width = max(16, width - columns)
            inner.depth += 1
            inner.isCentred = false
            return inner
        }
    }

    private static func fenceCount(_ blocks: [Block], depth: Int) -> Int {
        guard depth < nestingLimit else { return 0 }
        return blocks.reduce(0) { count, block in
            switch block.kind {
            case .code: count + 1
            case .list(let list):
                list.items.reduce(count) { $0 + fenceCount($1.blocks, depth: depth + 1) }
            case .quote(let inner), .classBlock(_, let inner): count + fenceCount(inner, depth: depth + 1)
            default: count
            }
        }
    }
}
