/// Breaks prose into lines at blanks and between wide characters. Code is never given to it.
///
/// A word wider than the line stays whole, on a line of its own: a URL cut in two cannot be copied, and the terminal
/// wraps it anyway.
package struct LineWrapper: Sendable {
    /// Columns per line, the indents included.
    package var width: Int
    /// What the first line starts with.
    package var first: [Span]
    /// What the others start with.
    package var rest: [Span]

    /// Makes a wrapper; `rest` is blanks as wide as `first` unless given.
    package init(width: Int, first: [Span] = [], rest: [Span]? = nil) {
        self.width = width
        self.first = first
        let columns = StyledLine(first).width
        self.rest = rest ?? (columns > 0 ? [Span(String(repeating: " ", count: columns))] : [])
    }

    /// Breaks one paragraph. Blanks in a row count as one; no text gives no lines.
    package func wrap(_ spans: [Span]) -> [StyledLine] {
        var lines: [StyledLine] = []
        var line: [Span] = []
        var used = 0
        var blank: Style?  // the blank that stands between the line and the next word, if any
        let widths = (StyledLine(first).width, StyledLine(rest).width)
        func room() -> Int { max(8, width - (lines.isEmpty ? widths.0 : widths.1)) }
        func flush() {
            lines.append(StyledLine((lines.isEmpty ? first : rest) + line))
            (line, used, blank) = ([], 0, nil)
        }
        for piece in Self.pieces(spans) {
            switch piece {
            case .blank(let style):
                if !line.isEmpty, blank == nil { blank = style }
            case .word(let parts, let columns):
                let needed = columns + (blank == nil ? 0 : 1)
                if !line.isEmpty, used + needed > room() {
                    flush()
                } else if let style = blank {
                    line.append(Span(" ", style))
                    used += 1
                    blank = nil
                }
                line += parts
                used += columns
            }
        }
        if !line.isEmpty { flush() }
        return lines
    }

    private enum Piece {
        case blank(Style)
        case word([Span], columns: Int)
    }

    /// Words and the blanks between them; a word may run over several spans, a wide character is a word of its own.
    private static func pieces(_ spans: [Span]) -> [Piece] {
        var pieces: [Piece] = []
        var word: [Span] = []
        var columns = 0
        func endWord() {
            guard !word.isEmpty else { return }
            pieces.append(.word(word, columns: columns))
            (word, columns) = ([], 0)
        }
        for span in spans {
            var run = ""
            func endRun() {
                guard !run.isEmpty else { return }
                word.append(Span(run, span.style))
                columns += DisplayWidth.of(run)
                run = ""
            }
            for character in span.text {
                if character == " " {
                    endRun()
                    endWord()
                    pieces.append(.blank(span.style))
                } else if DisplayWidth.of(character) == 2 {
                    endRun()
                    // Closing punctuation never starts a line.
                    if !"、。，．）」』】！？：；".contains(character) { endWord() }
                    word.append(Span(String(character), span.style))
                    columns += 2
                } else {
                    // After a wide character a narrow one may start a new line, unless it is punctuation.
                    if run.isEmpty, let last = word.last?.text.last, DisplayWidth.of(last) == 2,
                        !character.isPunctuation
                    {
                        endWord()
                    }
                    run.append(character)
                }
            }
            endRun()
        }
        endWord()
        return pieces
    }
}
