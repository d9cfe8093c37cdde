/// How a deck is read.
public struct DeckOptions: Sendable, Hashable {
    /// Splits exactly as remark's lexer does, its accidents included: a fence that is never closed swallows the slides
    /// after it, and so does a lone backtick. Otherwise the loader recovers, and ``DeckLint`` reports where the two
    /// disagree.
    public var strictRemark: Bool
    /// Slides of these classes vanish, as with remark's `excludedClasses` and a manifest's `exclude`.
    public var excludedClasses: [String]
    /// The file's name, for diagnostics.
    public var file: String?
    /// Whose deck it is.
    public var dialect: Dialect
    /// What is too much.
    public var limits: Limits

    /// Makes options; the defaults read any deck.
    public init(
        strictRemark: Bool = false, excludedClasses: [String] = [], file: String? = nil,
        dialect: Dialect = .automatic, limits: Limits = Limits()
    ) {
        self.strictRemark = strictRemark
        self.excludedClasses = excludedClasses
        self.file = file
        self.dialect = dialect
        self.limits = limits
    }

    /// The tool a deck was written for.
    public enum Dialect: Sendable, Hashable {
        /// presenterm where a line `<!-- end_slide -->` says so, else remark.
        case automatic
        /// remark, and `slides`: `---` separates.
        case remark
        /// presenterm: `<!-- end_slide -->` separates, `<!-- pause -->` makes a fragment, `---` under text is a title.
        case presenterm
    }

    /// Bounds on what a text may make the loader do. Past a bound the text is still shown, with less structure, and a
    /// diagnostic says so.
    public struct Limits: Sendable, Hashable {
        /// The largest text read, in bytes; what follows is left out.
        public var bytes: Int
        /// The most entries a deck may have; text after the last separator that counts stays on the last slide.
        public var slides: Int
        /// How deep lists, quotes, class blocks and emphasis may nest.
        public var nesting: Int
        /// The longest paragraph that is read as one, in bytes; a longer one is cut into several.
        public var paragraphBytes: Int
        /// How much text templates, layouts and `{{key}}` may add, in bytes.
        public var expansionBytes: Int

        /// Makes bounds; the defaults are far above any real deck.
        public init(
            bytes: Int = 512 << 20, slides: Int = 1 << 20, nesting: Int = 48, paragraphBytes: Int = 16 << 10,
            expansionBytes: Int = 8 << 20
        ) {
            self.bytes = min(bytes, Int(Int32.max) / 2)
            self.slides = max(1, slides)
            self.nesting = max(4, nesting)
            self.paragraphBytes = max(256, paragraphBytes)
            self.expansionBytes = max(0, expansionBytes)
        }
    }
}
