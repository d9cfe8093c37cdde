/// A slide or a fragment as the splitter found it: places in the text, nothing read yet.
struct Entry {
    var opener: Chunk.Opener
    var traits: Chunk.Traits
    /// The content's bytes and the line it starts on.
    var content: Range<Int>
    var line: Int
    /// The last line, before the next separator.
    var endLine: Int
    /// The notes' bytes, after the line `???`.
    var notes: Range<Int>?
    /// Its fences in the resolver's list.
    var fences: Range<Int>
}

/// A fenced code block as the splitter found it.
struct FenceSpan: Sendable {
    enum Problem: Sendable {
        /// Closed by a marker shorter than its opener.
        case shortCloser
        /// Not closed before the next separator.
        case unclosed
    }

    /// The line of the opening marker: offset and number.
    var open: Int
    var line: Int
    /// The line of the closing marker; where there is none, the offset where the code ends.
    var close: Int
    var closeLine: Int?
    var character: UInt8
    var length: Int
    /// The columns before the opening marker.
    var indent: Int
    var isAfterListMarker: Bool
    /// Whether a line of the code stands left of the marker, which to CommonMark ends the list item.
    var isOutdented = false
    var problem: Problem?
}
