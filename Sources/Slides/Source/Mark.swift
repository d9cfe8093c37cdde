/// A line that may have a say in where slides end: a fence's marker, `???`, the edge of a comment over several lines.
struct Mark {
    enum Kind: UInt8 {
        /// Three or more backticks or tildes, nothing after them.
        case bareFence
        /// A marker with an info string.
        case openingFence
        /// `???`
        case notes
        /// `<!--` with no `-->` after it on the line.
        case commentStart
        /// `-->`
        case commentEnd
    }

    var kind: Kind
    /// The fence's character.
    var character: UInt8 = 0
    /// Whether a list item's marker stands before it.
    var isAfterListMarker = false
    /// The columns before it.
    var indent: UInt16 = 0
    /// The fence's length.
    var length: UInt16 = 0
    /// The offset of its line.
    var offset: Int32
    /// Its line, 1-based.
    var line: Int32
    /// The chunk it is in.
    var chunk: Int32

    var isFence: Bool { kind == .bareFence || kind == .openingFence }
}

/// The text between two lines that look like separators.
struct Chunk {
    /// What a slide needs done to its text before libcmark may see it. A text with none of it is passed on as it is.
    struct Traits: OptionSet {
        let rawValue: UInt16
        /// `<!--`
        static let comment = Traits(rawValue: 1)
        /// `.name[`
        static let classes = Traits(rawValue: 2)
        /// `[id]:` at the start of a line.
        static let definition = Traits(rawValue: 4)
        /// `[`
        static let bracket = Traits(rawValue: 8)
        /// `{{`
        static let variable = Traits(rawValue: 16)
        /// A line like `---|---`.
        static let table = Traits(rawValue: 32)
        /// Nesting or lines past the bounds.
        static let excess = Traits(rawValue: 64)
        /// Something that is not white space.
        static let content = Traits(rawValue: 256)
        /// `![`
        static let image = Traits(rawValue: 512)
    }

    enum Opener: UInt8 {
        /// The start of the text.
        case start
        /// `---`, `<!-- break -->`
        case slide
        /// `--`
        case fragment
    }

    var opener: Opener
    var traits: Traits = []
    /// The first byte after the separator's line, and the first byte of the next separator's line.
    var start: Int32
    var end: Int32
    /// The line at `start`, 1-based, and the line after the chunk's last.
    var line: Int32
    var endLine: Int32
    /// Its marks are `marks..<` those of the next chunk.
    var marks: Int32
}
