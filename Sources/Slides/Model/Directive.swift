public import Diagnostics

/// An instruction to `lesson` in a comment: `<!-- lesson:VERB key=value -->`.
///
/// Comments render nowhere, and every comment without the word `lesson:` is left alone.
public struct Directive: Hashable, Sendable {
    /// The verb as written; ``kind`` is what it means.
    public var verb: String
    /// The line of the word `lesson:`, 1-based.
    public var line: Int
    /// The column of the word `lesson:`, 1-based, in Unicode scalars.
    public var column: Int
    /// The arguments in the order they were written. Text that is no `key=value` is the argument `text`.
    public var orderedArguments: [Property]
    /// What it says something about: the next fence of its slide, else the slide.
    public var target: Target

    /// The arguments by key; the last of two equal keys counts.
    public var arguments: [String: String] {
        Dictionary(orderedArguments.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// The verb, when it is one of those there are.
    public var kind: Kind? { Kind(rawValue: verb) }

    /// The place to point at in a message.
    public var range: SourceRange { SourceRange(line: line, column: column, length: "lesson:".count + verb.count) }

    /// Makes a directive.
    public init(verb: String, line: Int, column: Int = 1, arguments: [Property] = [], target: Target = .slide) {
        self.verb = verb
        self.line = line
        self.column = column
        orderedArguments = arguments
        self.target = target
    }

    /// What a directive is bound to.
    public enum Target: Hashable, Sendable {
        /// The fence of that ``Fence/index`` on the slide.
        case fence(Int)
        /// The slide.
        case slide
    }

    /// The verbs: a closed set, so that a misspelt one is an error and not a comment.
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        /// An exercise begins: `id`, `title`, `tag`.
        case exercise
        /// The fence is a file of the exercise: `name`.
        case file
        /// A check of the exercise.
        case check
        /// A hint of the exercise, the text of the comment.
        case hint
        /// An image the exercise needs: `name`, `from`.
        case image
        /// The fence is the exercise's starter file: `name`.
        case starter
        /// The fence, or the file `path`, is a solution of the exercise.
        case solution
        /// The fence is to be run, whatever it looks like.
        case run
        /// The fence is not to be run, verified or taken for an exercise.
        case skip
        /// A remark to other authors.
        case note
    }
}
