/// A node of a parsed slide in the compact form: nodes in document order, each knowing where its subtree ends.
///
/// A tree of enums costs an allocation per node; a course of 335 files has a quarter of a million. Loading fills flat
/// arrays, and the tree is made of the one slide that is looked at.
struct DocumentNode {
    enum Kind: UInt8 {
        case heading, paragraph, list, item, code, indentedCode, quote, html, rule, literal
        case classOpen, classClose
        case table, row, cell
        case text, inlineCode, emphasis, strong, link, image, softBreak, lineBreak, inlineHTML, spanOpen, spanClose
        /// The title of the link or image it is the first child of.
        case title
    }

    var kind: Kind
    /// Heading level, alignment of a cell, bit 0 of a list: ordered, bit 1: tight.
    var detail: UInt8 = 0
    /// The index after the last node of its subtree.
    var end: Int32 = 0
    /// First and last line in the source, 1-based; 0 for inlines.
    var line: Int32 = 0
    var lastLine: Int32 = 0
    /// Its text, destination or info string in the arena's bytes.
    var textStart: Int32 = 0
    var textLength: Int32 = 0
    /// List start, class-list index, link definition index + 1, fence index.
    var extra: Int32 = 0
}

/// The nodes of all slides of a deck, and their text. Immutable once the deck is made, and shared by its slides.
final class DocumentArena: Sendable {
    let nodes: [DocumentNode]
    let text: [UInt8]
    let classes: [[String]]
    let definitions: [LinkDefinition]
    /// The fences by ``DocumentNode/extra`` of their nodes.
    let fences: [Fence]

    init(
        nodes: [DocumentNode], text: [UInt8], classes: [[String]], definitions: [LinkDefinition], fences: [Fence]
    ) {
        self.nodes = nodes
        self.text = text
        self.classes = classes
        self.definitions = definitions
        self.fences = fences
    }

    func string(_ node: DocumentNode) -> String {
        guard node.textLength > 0 else { return "" }
        let start = Int(node.textStart)
        return String(decoding: text[start..<start + Int(node.textLength)], as: UTF8.self)
    }
}
