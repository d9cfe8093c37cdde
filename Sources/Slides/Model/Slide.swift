/// One thing that is shown: a slide, or a fragment, which is the slide so far and something more.
public struct Slide: Sendable {
    /// The entry's number in the deck, from 1; fragments count.
    public var number: Int
    /// Whether it continues the entry before it (`--`).
    public var isFragment: Bool
    /// Its `name:`, by which links (`#name`) and templates refer to it.
    public var name: String?
    /// Its first heading as plain text; a fragment has the heading of the slide it continues.
    public var title: String?
    /// Its classes, those it inherits first.
    public var classes: [String]
    /// Its properties, those it inherits included, `class` and `name` too.
    public var properties: [String: String]
    /// The first line of its own text, 1-based: the one after the separator.
    public var line: Int
    /// The last line of its own text, before the next separator; notes included.
    public var endLine: Int
    /// What the speaker sees (`???`): Markdown, not parsed. nil when there are none.
    public var notes: String?
    /// Its own fences: a fragment's list holds only what the fragment adds.
    public var fences: [Fence]
    /// Its own directives: a fragment's list holds only what the fragment adds.
    public var directives: [Directive]
    /// Pictures and includes it refers to, in order.
    public var images: [ImageReference]
    /// The file it came from, when the deck is made of several.
    public var file: String?
    /// Whether it counts in the slide number that a presentation shows (`count: false`).
    public var isCounted: Bool

    /// The level of the heading that is the title; 0 when there is none.
    var titleLevel = 0
    /// Where its content is kept.
    var document: SlideDocument

    /// The content, parsed: all that is shown, for a fragment also what it inherits.
    ///
    /// Parsed anew on each call; keep the result while you use it.
    public var blocks: [Block] { document.blocks() }

    /// Content whose line is not below this one is new on this entry; what stands above it was shown before.
    /// With a template, inherited content has the template's lines.
    public var revealLine: Int { line }

    /// Makes a slide without content.
    public init(number: Int, isFragment: Bool = false, title: String? = nil, line: Int = 1, endLine: Int = 1) {
        self.number = number
        self.isFragment = isFragment
        self.title = title
        self.line = line
        self.endLine = endLine
        classes = []
        properties = [:]
        fences = []
        directives = []
        images = []
        isCounted = true
        document = SlideDocument.empty
    }
}

/// A picture that a slide shows.
public struct ImageReference: Hashable, Sendable {
    /// The path or URL, as written.
    public var destination: String
    /// The line of the block it stands in, 1-based.
    public var line: Int

    /// Makes a reference.
    public init(destination: String, line: Int) {
        self.destination = destination
        self.line = line
    }
}
