public import Diagnostics

/// A slide deck as a value: what a presentation shows, page by page, with the line of the source that each part came from.
///
/// A deck is read from bytes with ``init(parsing:options:)``, which never fails: what is wrong with a text is in
/// ``diagnostics``, and a mistake damages the slide it stands on, not the deck.
public struct Deck: Sendable {
    /// The deck's title: the front matter's or the manifest's, else the first heading there is.
    public var title: String?
    /// What is shown, in order: slides and the fragments that build them up, each an entry of its own.
    public var slides: [Slide]
    /// What the loader noticed while reading. ``DeckLint`` says more, on demand.
    public var diagnostics: [Diagnostic]
    /// The file the text came from, as the caller named it.
    public var file: String?
    /// The properties of a front matter (presenterm, slides), which remark does not know. Empty when there is none.
    public var frontMatter: [Property]
    /// Link definitions (`[id]: url`), which hold for the whole deck, wherever they stand.
    public var linkDefinitions: [LinkDefinition]
    /// The parts of a course; empty for a deck of one file.
    public var parts: [Part]
    /// What the loader learnt about the text that ``DeckLint`` needs and a front end does not.
    var facts: DeckFacts

    /// Makes a deck of slides that are there already.
    public init(title: String? = nil, slides: [Slide], diagnostics: [Diagnostic] = [], file: String? = nil) {
        self.title = title
        self.slides = slides
        self.diagnostics = diagnostics
        self.file = file
        frontMatter = []
        linkDefinitions = []
        parts = []
        facts = DeckFacts()
    }

    /// A part of a course: a stretch of its slides.
    public struct Part: Hashable, Sendable {
        /// The first title in it.
        public var title: String?
        /// Where its slides are in ``Deck/slides``.
        public var slides: Range<Int>
    }

    /// The slide of that `name:` property.
    public func slide(named name: String) -> Slide? { slides.first { $0.name == name } }
}

/// A key with its value, as an author wrote it.
public struct Property: Hashable, Sendable {
    /// The key, as written.
    public var key: String
    /// The value, white space at its ends removed.
    public var value: String

    /// Makes a pair.
    public init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

/// A link definition: `[id]: url "title"`.
public struct LinkDefinition: Hashable, Sendable {
    /// The label, as written.
    public var label: String
    /// Where the link leads.
    public var destination: String
    /// The title; empty when there is none.
    public var title: String
    /// The line it stands on, 1-based.
    public var line: Int

    /// Makes a definition.
    public init(label: String, destination: String, title: String = "", line: Int) {
        self.label = label
        self.destination = destination
        self.title = title
        self.line = line
    }
}
