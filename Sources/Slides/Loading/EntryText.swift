/// An entry's Markdown, ready for libcmark, and what was taken out of it.
///
/// A class, because it is passed around often and has many parts; it is written by its reader only.
final class EntryText {
    /// The properties in the order they were found.
    var properties: [Property] = []
    /// Directives with the places they were found at; not bound yet.
    var directives: [FoundDirective] = []
    /// The part of the source that is passed on as it is; empty when `rewritten` is used.
    var slice: Range<Int>
    /// The text as rewritten, where the source could not be used as it is.
    var rewritten: [UInt8]?
    /// The source's line of the first line of either.
    var firstLine: Int
    /// For rewritten text, the source's line of each line.
    var lineMap: [Int32] = []
    /// Whether class marks are in it.
    var hasClasses = false

    init(slice: Range<Int>, firstLine: Int) {
        self.slice = slice
        self.firstLine = firstLine
    }

    struct FoundDirective {
        var directive: Directive
        /// Whether it stands in the notes.
        var isInNotes: Bool
    }
}
