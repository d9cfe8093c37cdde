package import Diagnostics

/// One instruction as the line parser sees it: words, no meaning. Unknown instructions are nodes, too.
package struct Node: Sendable {
    /// The instruction's name as it is written.
    package var keyword: Word
    /// The `--flag[=value]` words between name and arguments.
    package var flags: [Word] = []
    /// The arguments; `ENV` and `LABEL` have three for each pair (key, value, `=` or empty for the old form).
    package var arguments: [Word] = []
    /// The logical line: continuation lines joined, comments dropped.
    package var original: String
    /// The arguments were a JSON array.
    package var isJSON = false
    package var heredocs: [Heredoc] = []
    /// Whole lines, here-documents included.
    package var range: SourceRange
    /// The comment lines right before, without `#` and white space around.
    package var comments: [String] = []
    /// The instruction behind `ONBUILD`, at most one; chains are cut at a fixed depth.
    package var children: [Node] = []

    package init(keyword: Word, original: String, range: SourceRange) {
        self.keyword = keyword
        self.original = original
        self.range = range
    }

    /// The instruction's name in lower case.
    package var name: String { keyword.text.lowercased() }
}
