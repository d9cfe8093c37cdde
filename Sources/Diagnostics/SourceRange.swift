/// A place in a text: 1-based line and 1-based column.
///
/// Columns count Unicode scalars, which is what editors that jump to `file:line:column` agree on for text without
/// combining marks, and what a caret under the line needs.
public struct SourceLocation: Hashable, Comparable, Sendable {
    /// 1-based line.
    public var line: Int
    /// 1-based column, in Unicode scalars.
    public var column: Int

    /// Makes a location; both numbers start at 1.
    public init(line: Int, column: Int = 1) {
        self.line = line
        self.column = column
    }

    /// Text order: by line, then by column.
    public static func < (a: SourceLocation, b: SourceLocation) -> Bool {
        (a.line, a.column) < (b.line, b.column)
    }
}

/// A stretch of a text, from `start` up to but not including `end`.
public struct SourceRange: Hashable, Sendable {
    /// Where it begins.
    public var start: SourceLocation
    /// The first place after it; equal to `start` for a mere point.
    public var end: SourceLocation

    /// Makes a range from two locations, `end` exclusive.
    public init(start: SourceLocation, end: SourceLocation) {
        self.start = start
        self.end = end
    }

    /// Whole lines, `last` included.
    public init(lines first: Int, through last: Int) {
        self.init(start: SourceLocation(line: first), end: SourceLocation(line: last + 1))
    }

    /// A point, or `length` columns on one line.
    public init(line: Int, column: Int = 1, length: Int = 0) {
        self.init(
            start: SourceLocation(line: line, column: column), end: SourceLocation(line: line, column: column + length))
    }

    /// The last line it touches: an `end` at column 1 of a later line belongs to the line before.
    public var lastLine: Int {
        end.column == 1 && end.line > start.line ? end.line - 1 : end.line
    }
}
