import Diagnostics

extension DeckLint {
    /// Slides that do not fit a terminal. Prose wraps, code does not; a fragment counts with all it shows.
    mutating func size(columns: Int?, rows: Int?) {
        for slide in deck.slides {
            let measure = SlideMeasure(columns: columns ?? 80, blocks: slide.blocks)
            if let rows, measure.height > rows {
                report(
                    "slide-too-tall", line: slide.line,
                    "the slide takes about \(measure.height) lines, the terminal has \(rows)",
                    hint: "split it, or let learners scroll", file: slide.file)
            }
            if let columns, let wide = measure.widest, wide.width > columns {
                report(
                    "slide-too-wide", line: wide.line,
                    "code is \(wide.width) columns wide, the terminal has \(columns)",
                    hint: "break the line with a backslash", file: slide.file)
            }
        }
    }
}

/// About how much room blocks take on a terminal.
struct SlideMeasure {
    private(set) var height = 0
    /// The widest line of code, and where it starts.
    private(set) var widest: (width: Int, line: Int)?
    private let columns: Int

    init(columns: Int, blocks: [Block]) {
        self.columns = max(20, columns)
        add(blocks, indent: 0, spacing: 1)
        height = max(0, height - 1)
    }

    private mutating func add(_ blocks: [Block], indent: Int, spacing: Int) {
        for block in blocks {
            switch block.kind {
            case .heading(_, let text): height += wrapped(text.plainText, indent)
            case .paragraph(let text): height += wrapped(text.plainText, indent)
            case .code(let fence): addCode(fence.text, indent, line: fence.line + 1)
            case .indentedCode(let text), .literal(let text), .html(let text):
                addCode(text, indent, line: block.lines.lowerBound)
            case .list(let list):
                for item in list.items { add(item.blocks, indent: indent + 2, spacing: list.isTight ? 0 : 1) }
            case .quote(let inner): add(inner, indent: indent + 2, spacing: 1)
            case .classBlock(_, let inner): add(inner, indent: indent + 2, spacing: 1)
            case .table(let table): height += table.rows.count + 2
            case .rule: height += 1
            }
            height += spacing
        }
    }

    private func wrapped(_ text: String, _ indent: Int) -> Int {
        let room = max(10, columns - indent)
        return max(1, (text.unicodeScalars.count + room - 1) / room)
    }

    private mutating func addCode(_ text: String, _ indent: Int, line: Int) {
        for (number, row) in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().enumerated() {
            height += 1
            let width = indent + row.unicodeScalars.count
            if width > (widest?.width ?? 0) { widest = (width, line + number) }
        }
    }
}
