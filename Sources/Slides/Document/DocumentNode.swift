/// A node of a parsed slide in the compact form: nodes in document order, each knowing where its subtree ends.
///
/// libcmark's tree is walked once and without recursion; the depth of what is kept is bounded.
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

/// The nodes of a slide, their text, and what they refer to.
final class DocumentArena {
    private let builder: DocumentBuilder
    let definitions: [LinkDefinition]
    /// The fences by ``DocumentNode/extra`` of their nodes.
    let fences: [Fence]

    init(_ builder: consuming DocumentBuilder, definitions: [LinkDefinition], fences: [Fence]) {
        self.builder = builder
        self.definitions = definitions
        self.fences = fences
    }

    var classes: [[String]] { builder.classes }

    subscript(node index: Int) -> DocumentNode { builder.nodes[index] }

    func string(_ node: DocumentNode) -> String {
        node.textLength > 0 ? builder.text.string(Int(node.textStart), Int(node.textLength)) : ""
    }
}
