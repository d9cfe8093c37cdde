public import Diagnostics

/// A rule of the lint: its name, what it costs to break it, and what it is about in a line. `docs/lint-rules.md` says more.
public struct LintRule: Hashable, Sendable {
    /// The name, as in `[name]` at the end of a message.
    public var id: String
    /// How much it matters.
    public var severity: Severity
    /// What it finds.
    public var summary: String

    /// The rule of that name.
    public static func named(_ id: String) -> LintRule? { all.first { $0.id == id } }

    /// Every rule that a diagnostic of the loader, of ``DeckLint`` or of `lesson verify` may name, in alphabetical order.
    public static let all: [LintRule] = [
        LintRule(id: "byte-order-mark", severity: .warning, summary: "the file starts with a byte order mark"),
        LintRule(id: "command-fails", severity: .error, summary: "a command on an exercise's slide does not work"),
        LintRule(id: "control-character", severity: .warning, summary: "NUL or control characters were replaced"),
        LintRule(id: "detected-exercise", severity: .note, summary: "a Dockerfile could be an exercise"),
        LintRule(id: "duplicate-id", severity: .error, summary: "two exercises of one id, or two slides of one name"),
        LintRule(id: "fence-info", severity: .warning, summary: "remark does not know fences with attributes"),
        LintRule(id: "fence-length", severity: .warning, summary: "a fence is closed by a shorter marker"),
        LintRule(id: "fence-outdented", severity: .warning, summary: "code stands left of its fence's marker"),
        LintRule(
            id: "invalid-manifest", severity: .error, summary: "a manifest lacks something or is of another shape"),
        LintRule(id: "invalid-utf8", severity: .warning, summary: "bytes that are not UTF-8 were replaced"),
        LintRule(id: "line-ends", severity: .warning, summary: "lines end with carriage returns"),
        LintRule(id: "missing-argument", severity: .error, summary: "a directive lacks an argument it needs"),
        LintRule(id: "missing-hint", severity: .warning, summary: "an exercise has no hint"),
        LintRule(id: "missing-image", severity: .error, summary: "a picture's file does not exist"),
        LintRule(id: "missing-include", severity: .error, summary: "a file that a manifest names does not exist"),
        LintRule(id: "missing-solution", severity: .warning, summary: "an exercise has no solution to prove it with"),
        LintRule(id: "misspelt-namespace", severity: .warning, summary: "a comment is nearly a directive"),
        LintRule(id: "nesting-too-deep", severity: .warning, summary: "lists or quotes nest past the bound"),
        LintRule(id: "paragraph-too-long", severity: .warning, summary: "a paragraph is longer than the bound"),
        LintRule(id: "prose-as-property", severity: .warning, summary: "a first line is eaten as a property"),
        LintRule(id: "remark-split", severity: .warning, summary: "remark splits the deck differently here"),
        LintRule(id: "separator-space", severity: .note, summary: "white space after '---' makes it no separator"),
        LintRule(id: "setext-accident", severity: .warning, summary: "CommonMark makes a heading of a separator"),
        LintRule(id: "slide-too-tall", severity: .note, summary: "a slide does not fit the terminal's height"),
        LintRule(id: "slide-too-wide", severity: .note, summary: "code does not fit the terminal's width"),
        LintRule(id: "solution-fails", severity: .error, summary: "an exercise's solution does not pass its checks"),
        LintRule(id: "split-disagreement", severity: .warning, summary: "CommonMark does not see a separator"),
        LintRule(id: "starter-passes", severity: .error, summary: "an exercise is passed before anything is done"),
        LintRule(id: "text-too-large", severity: .error, summary: "the text is larger than the bound"),
        LintRule(id: "too-many-slides", severity: .error, summary: "the deck has more slides than the bound"),
        LintRule(id: "unclosed-class", severity: .warning, summary: "a class block is not closed"),
        LintRule(id: "unclosed-comment", severity: .warning, summary: "a comment is not closed"),
        LintRule(id: "unclosed-fence", severity: .error, summary: "a fence is not closed before its slide ends"),
        LintRule(id: "unknown-directive", severity: .error, summary: "a directive's verb is unknown"),
        LintRule(id: "unpinned-base", severity: .warning, summary: "a base image has no tag, or 'latest'"),
    ]
}
