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
    /// The texts that a course is made of, as their authors wrote them; empty for a deck of one file.
    var texts: [CourseText] = []
}

/// A text that a course is made of, before anything was put into it.
struct CourseText: Sendable {
    var bytes: [UInt8]
    /// Its file; the manifest's for a text that stands in the manifest.
    var file: String?
    /// How many lines of the file stand before it.
    var precedingLines = 0
}
