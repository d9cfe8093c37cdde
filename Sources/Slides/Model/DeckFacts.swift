import Diagnostics

/// What the loader learnt about a text besides its slides.
struct DeckFacts: Sendable {
    /// The text as it was read: UTF-8, line feeds.
    var source: [UInt8] = []
    var text = SourceText.Facts()
    /// Fences that were mended.
    var fences: [FenceSpan] = []
    /// Lines that look like separators and are code.
    var quotedSeparators: [Int] = []
    /// The lines of separators that count.
    var separators: [Int] = []
    /// The dialect it was read as.
    var dialect: DeckOptions.Dialect = .remark
    /// The bytes where the slides start, after a front matter, and the line there.
    var start = 0
    var startLine = 1
    /// What the reader noticed that is the lint's to say.
    var findings: [Diagnostic] = []
}
