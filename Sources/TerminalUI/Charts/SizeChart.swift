/// Bars that compare image sizes; the part that an image shares with its base is drawn, and named, apart.
package struct SizeChart: Sendable, Hashable {
    /// One image.
    package struct Bar: Sendable, Hashable {
        /// What it is, e.g. "single-stage".
        package var label: String
        /// Bytes in all; not negative.
        package var bytes: Int64
        /// Bytes that are the base's own; at most `bytes`.
        package var shared: Int64

        /// Makes a bar; nonsense is clamped.
        package init(label: String, bytes: Int64, shared: Int64) {
            self.label = label
            self.bytes = max(0, bytes)
            self.shared = min(max(0, shared), max(0, bytes))
        }
    }

    /// From top to bottom.
    package var bars: [Bar]

    /// Makes a chart.
    package init(_ bars: [Bar]) {
        self.bars = bars
    }

    /// The lines, none wider than the terminal, with a legend below.
    package func lines(_ terminal: Terminal) -> [StyledLine] {
        guard let most = bars.map(\.bytes).max(), most > 0 else { return [] }
        let glyphs = terminal.glyphs
        let labels = bars.map { DisplayWidth.of($0.label) }.max() ?? 0
        let amounts = bars.map { amount($0) }
        let amountWidth = amounts.map { DisplayWidth.of($0) }.max() ?? 0
        let room = min(48, terminal.proseWidth - labels - amountWidth - 4)
        var lines: [StyledLine] = []
        for (bar, amount) in zip(bars, amounts) {
            var spans = [Span(DisplayWidth.pad(bar.label, to: labels)), Span("  ")]
            if room >= 8 {
                // At least one cell for what is there at all, so that 16 kB over a base of 118 MB can be seen.
                let isAdded = bar.bytes > bar.shared
                let shared = cells(bar.shared, of: most, in: isAdded ? room - 1 : room, scale: room)
                let added = cells(bar.bytes - bar.shared, of: most, in: room - shared, scale: room)
                spans.append(Span(String(repeating: glyphs.barShared, count: shared), .muted))
                spans.append(Span(String(repeating: glyphs.barAdded, count: added), Style(colour: .cyan)))
                spans.append(Span(String(repeating: " ", count: max(0, room - shared - added) + 2)))
            }
            spans.append(Span(amount))
            lines.append(StyledLine(spans))
        }
        if room >= 8 {
            lines.append(
                StyledLine([
                    Span(String(repeating: " ", count: labels + 2)),
                    Span(glyphs.barShared, .muted), Span(" shared with the base  ", .muted),
                    Span(glyphs.barAdded, Style(colour: .cyan)), Span(" added", .muted),
                ]))
        }
        return lines
    }

    private func amount(_ bar: Bar) -> String {
        guard bar.shared > 0, bar.shared < bar.bytes else { return "\(ByteCount(bar.bytes))" }
        return "\(ByteCount(bar.bytes)) (base + \(ByteCount(bar.bytes - bar.shared)))"
    }

    private func cells(_ bytes: Int64, of most: Int64, in room: Int, scale: Int) -> Int {
        guard bytes > 0, room > 0 else { return 0 }
        return min(room, max(1, Int((Double(bytes) / Double(most) * Double(scale)).rounded())))
    }
}
