package import Diagnostics

/// Why a text is no Dockerfile.
package struct DockerfileError: Error, Hashable, Sendable {
    /// What is wrong; the first is what BuildKit stops at, the others were found on the way.
    package var diagnostics: [Diagnostic]
    /// The lines of the instruction that BuildKit names; 0 when the file has no line at all.
    package var lines: ClosedRange<Int>

    package init(diagnostics: [Diagnostic], lines: ClosedRange<Int>) {
        self.diagnostics = diagnostics
        self.lines = lines
    }
}

/// A Dockerfile: the arguments before the first `FROM`, then stages.
///
/// Words are unexpanded: values are known when a build runs, so the build expands (``Instruction/expanded(in:)``).
package struct Dockerfile: Sendable {
    package var source: DockerfileSource
    package var directives: ParserDirectives
    /// `ARG` before the first `FROM`.
    package var metaArguments: [Command]
    /// At least one.
    package var stages: [Stage]
    /// Warnings found while parsing.
    package var diagnostics: [Diagnostic]
    /// The instructions as the line parser saw them, for rules about style.
    package var nodes: [Node]

    /// The escape character, `\` or `` ` ``.
    package var escape: UInt8 { directives.escape }
    /// An expander with the file's escape character.
    package var wordExpander: WordExpander { WordExpander(escape: directives.escape) }
}

/// `FROM` and what follows up to the next `FROM`.
package struct Stage: Sendable {
    /// 0-based position in the file.
    package var index: Int
    /// The image, an earlier stage's name or `scratch`, unexpanded.
    package var base: Word
    /// `--platform`, unexpanded.
    package var platform: String?
    /// The name after `AS` in lower case: names do not depend on case.
    package var name: String?
    /// The name as it is written.
    package var originalName: Word?
    /// The lines of the `FROM` instruction.
    package var range: SourceRange
    /// The `FROM` instruction as it is written, for progress.
    package var text: String
    /// `FROM` as it is written.
    package var keyword: String
    /// `AS` as it is written.
    package var asKeyword: String?
    /// The comments right before.
    package var comments: [String]
    /// The comment that describes the stage: `# name text` right before `FROM`.
    package var documentation: String?
    package var commands: [Command]
}

/// An instruction and where it came from.
package struct Command: Sendable {
    package var instruction: Instruction
    /// Whole lines.
    package var range: SourceRange
    /// The logical line, trimmed: what progress shows and history starts from.
    package var text: String
    /// The instruction's name as it is written.
    package var keyword: String
    package var heredocs: [Heredoc]
    /// The comments right before.
    package var comments: [String]
    /// Flags with their places.
    package var flags: [Word]
    /// Arguments with their places; three for each pair of `ENV` and `LABEL`.
    package var arguments: [Word]

    /// Where a word of this instruction is, else the instruction's lines.
    /// - Parameter text: a source, a flag's value, a key: as it is written.
    package func range(of text: String) -> SourceRange {
        if let exact = arguments.first(where: { $0.text.sameBytes(text) })?.range { return exact }
        // A flag's value: `--from=x` for `x`.
        return flags.first { $0.text.sameBytes(text) || $0.text.hasSuffix("=" + text) }?.range ?? range
    }

    /// The instruction's lines, as BuildKit names what fails, with the column of a word where that is on the first line.
    package func lines(at text: String) -> SourceRange { range.starting(at: range(of: text)) }
}

extension SourceRange {
    /// The same lines, beginning at the place of a word where it is on the first of them.
    package func starting(at word: SourceRange?) -> SourceRange {
        guard let word, word.start.line == start.line else { return self }
        return SourceRange(start: word.start, end: end)
    }
}
