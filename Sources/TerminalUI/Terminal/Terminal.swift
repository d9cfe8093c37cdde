/// What the stream at the other end can show, decided once and passed around as a value.
package struct Terminal: Sendable, Hashable {
    /// The stream is a terminal: lines may be rewritten, questions may be asked.
    package var isInteractive: Bool
    /// Escape codes for colour and weight may be sent.
    package var usesColour: Bool
    /// Drawing characters must be ASCII; text from a deck stays as its author wrote it.
    package var isASCII: Bool
    /// Columns; never less than 20.
    package var width: Int
    /// Lines; never less than 5.
    package var height: Int

    /// Makes a terminal by hand; a stream without a terminal is the default.
    package init(
        isInteractive: Bool = false, usesColour: Bool = false, isASCII: Bool = false, width: Int = 80, height: Int = 24
    ) {
        self.isInteractive = isInteractive
        self.usesColour = usesColour
        self.isASCII = isASCII
        self.width = min(max(20, width), 1000)
        self.height = min(max(5, height), 1000)
    }

    /// The widest that prose is set: longer lines are hard to read, however wide the window.
    package var proseWidth: Int { min(width, 100) }

    /// Lines as they fit a window: one that is too long goes on below, further in. What no window shows stays as it is, so
    /// that a program that reads it finds one fact on one line.
    package func folded(_ lines: [StyledLine]) -> [StyledLine] {
        guard isInteractive else { return lines }
        return lines.flatMap { line -> [StyledLine] in
            guard line.width > width else { return [line] }
            let margin = line.plain.prefix { $0 == " " }.count
            func blanks(_ count: Int) -> [Span] { count > 0 ? [Span(String(repeating: " ", count: count))] : [] }
            return LineWrapper(width: width, first: blanks(margin), rest: blanks(margin + 4)).wrap(line.spans)
        }
    }

    /// The characters to draw with.
    package var glyphs: Glyphs { isASCII ? .ascii : .unicode }

    /// The text of some lines, each ended by a line feed, with or without escape codes.
    package func text(_ lines: [StyledLine]) -> String {
        var out = ""
        for line in lines {
            out += text(line)
            out += "\n"
        }
        return out
    }

    /// The text of one line, without a line end. Blanks at its end are dropped: nobody sees them, and they get copied.
    package func text(_ line: StyledLine) -> String {
        var out = ""
        var run = ""
        var style = Style.plain
        // Neighbours of one style share their escape codes.
        for span in line.trimmed.spans {
            if span.style != style {
                out += usesColour ? style.wrap(run) : run
                (run, style) = ("", span.style)
            }
            run += span.text
        }
        return out + (usesColour ? style.wrap(run) : run)
    }
}
