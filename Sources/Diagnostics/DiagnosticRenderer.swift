/// Draws diagnostics for people: `file:line:column: severity: message [id]`, the source line, a caret, the hint.
public struct DiagnosticRenderer: Sendable {
    /// Shows the source line and the caret under the first line.
    public var showsSource: Bool
    /// How wide the excerpt may be, in columns; longer lines are cut around the caret.
    public var width: Int

    /// Makes a renderer.
    public init(showsSource: Bool = true, width: Int = 120) {
        self.showsSource = showsSource
        self.width = max(20, width)
    }

    /// The first line alone, as compilers and editors write it.
    public func headline(_ diagnostic: Diagnostic) -> String {
        var place = SafeText(line: diagnostic.file ?? "-").description
        if let start = diagnostic.range?.start { place += ":\(start.line):\(start.column)" }
        return "\(place): \(diagnostic.severity.rawValue): \(SafeText(line: diagnostic.message)) [\(diagnostic.id)]"
    }

    /// The whole text of a diagnostic, several lines, no line end after the last.
    /// - Parameter source: the line that `range.start` is on, without its line end.
    public func render(_ diagnostic: Diagnostic, sourceLine source: String? = nil) -> String {
        var lines = [headline(diagnostic)] + excerpt(diagnostic, sourceLine: source)
        if let hint = diagnostic.hint { lines.append("  hint: \(SafeText(line: hint))") }
        return lines.joined(separator: "\n")
    }

    /// The source line and the caret under it; none where the renderer shows none, or there is no place.
    /// - Parameter source: the line that `range.start` is on, without its line end.
    public func excerpt(_ diagnostic: Diagnostic, sourceLine source: String?) -> [String] {
        guard showsSource, let range = diagnostic.range, let source else { return [] }
        return excerpt(source, range: range)
    }

    private func excerpt(_ source: String, range: SourceRange) -> [String] {
        let scalars = Array(source.unicodeScalars)
        let caret = min(max(range.start.column - 1, 0), scalars.count)
        // A window around the caret, so that a line of a megabyte shows its mistake and nothing else.
        let first = caret > width - 20 ? caret - width / 2 : 0
        let last = min(scalars.count, first + width)
        let end = range.end.line == range.start.line ? min(max(range.end.column - 1, caret + 1), last) : caret + 1
        func safe(_ slice: ArraySlice<Unicode.Scalar>) -> String {
            var view = String.UnicodeScalarView()
            view.append(contentsOf: slice)
            return SafeText(line: String(view)).description
        }
        let number = String(range.start.line)
        let before = safe(scalars[first..<max(first, caret)])
        let marked = safe(scalars[min(caret, scalars.count)..<max(min(end, scalars.count), min(caret, scalars.count))])
        let pad = String(repeating: " ", count: number.count)
        let tail = "^" + String(repeating: "~", count: max(0, marked.unicodeScalars.count - 1))
        return [
            "  \(number) | \(first > 0 ? "…" : "")\(safe(scalars[first..<last]))\(last < scalars.count ? "…" : "")",
            "  \(pad) | "
                + String(repeating: " ", count: before.unicodeScalars.count + (first > 0 ? 1 : 0)) + tail,
        ]
    }
}
