/// A block of a slide's content.
public struct Block: Hashable, Sendable {
    /// What it is.
    public var kind: Kind
    /// The lines of the source it came from, 1-based.
    public var lines: ClosedRange<Int>

    /// Makes a block.
    public init(_ kind: Kind, lines: ClosedRange<Int>) {
        self.kind = kind
        self.lines = lines
    }

    /// What a block may be.
    public indirect enum Kind: Hashable, Sendable {
        /// A heading of level 1 to 6.
        case heading(level: Int, [Inline])
        /// A paragraph.
        case paragraph([Inline])
        /// A list.
        case list(List)
        /// A fenced code block.
        case code(Fence)
        /// Code made by indentation, which has no language.
        case indentedCode(String)
        /// A table, as GitHub writes them.
        case table(Table)
        /// A quotation.
        case quote([Block])
        /// Raw HTML; comments are not shown and not here.
        case html(String)
        /// A thematic break.
        case rule
        /// `.class[ ... ]` over several lines.
        case classBlock(classes: [String], [Block])
        /// Text too large or too long to be read as Markdown.
        case literal(String)
    }

    /// A list and its items.
    public struct List: Hashable, Sendable {
        /// Whether its items are numbered.
        public var isOrdered: Bool
        /// The number of the first item.
        public var start: Int
        /// Whether its items stand without space between them.
        public var isTight: Bool
        /// The items.
        public var items: [Item]

        /// Makes a list.
        public init(isOrdered: Bool, start: Int = 1, isTight: Bool = true, items: [Item]) {
            self.isOrdered = isOrdered
            self.start = start
            self.isTight = isTight
            self.items = items
        }
    }

    /// An item of a list.
    public struct Item: Hashable, Sendable {
        /// What it holds.
        public var blocks: [Block]
        /// The lines it came from, 1-based.
        public var lines: ClosedRange<Int>

        /// Makes an item.
        public init(blocks: [Block], lines: ClosedRange<Int>) {
            self.blocks = blocks
            self.lines = lines
        }
    }

    /// A table: a header, an alignment for each column, rows of as many cells.
    public struct Table: Hashable, Sendable {
        /// The cells of the header row.
        public var header: [[Inline]]
        /// How each column is aligned.
        public var alignments: [Alignment]
        /// The rows below; each has as many cells as the header, as long as the table has fewer than 4096 rows.
        public var rows: [[[Inline]]]

        /// Makes a table.
        public init(header: [[Inline]], alignments: [Alignment], rows: [[[Inline]]]) {
            self.header = header
            self.alignments = alignments
            self.rows = rows
        }
    }

    /// How a table's column is aligned.
    public enum Alignment: UInt8, Hashable, Sendable {
        /// Not said.
        case none
        /// `:--`
        case left
        /// `:-:`
        case center
        /// `--:`
        case right
    }
}
