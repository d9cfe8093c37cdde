package import Diagnostics

/// A piece of an instruction as it was written, and where.
package struct Word: Hashable, Sendable {
    /// The text, unexpanded; quotes and escapes are still in it.
    package var text: String
    /// Where it is; nil for text that no file holds (a trigger of a base image).
    package var range: SourceRange?

    /// Makes a word.
    package init(_ text: String, range: SourceRange? = nil) {
        self.text = text
        self.range = range
    }
}
