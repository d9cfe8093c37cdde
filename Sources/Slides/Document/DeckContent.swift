/// What the slides of a deck share, so that each can be parsed again when somebody looks at it.
final class DeckContent: Sendable {
    /// The text: UTF-8, line feeds.
    let source: [UInt8]
    let classes: [[String]]
    let definitions: DefinitionTable
    let nesting: Int
    /// The author's line for each line of the source, where something was put into it.
    let lineMap: [Int32]?

    init(source: [UInt8], classes: [[String]], definitions: DefinitionTable, nesting: Int, lineMap: [Int32]?) {
        self.source = source
        self.classes = classes
        self.definitions = definitions
        self.nesting = nesting
        self.lineMap = lineMap
    }

    static let empty = DeckContent(source: [], classes: [], definitions: DefinitionTable(), nesting: 1, lineMap: nil)
}

/// The text of a slide with all of its fragments, ready for libcmark.
final class GroupDocument: Sendable {
    /// The bytes of the source that are it, where they could be used as they are.
    let slice: Range<Int>
    /// The text put together otherwise.
    let assembled: GroupText?
    /// The line of the first line of `slice`.
    let firstLine: Int
    let hasClasses: Bool
    let hasTables: Bool
    let hasBrackets: Bool
    /// Its fences, named by directives; code blocks refer to them by their place.
    let fences: [Fence]

    init(_ text: GroupSource, fences: [Fence]) {
        slice = text.slice
        assembled = text.assembled
        firstLine = text.firstLine
        hasClasses = text.hasClasses
        hasTables = text.hasTables
        hasBrackets = text.hasBrackets
        self.fences = fences
    }
}

/// A group's text on its way to libcmark.
struct GroupSource {
    var slice: Range<Int> = 0..<0
    var assembled: GroupText?
    var firstLine = 1
    var hasClasses = false
    var hasTables = false
    var hasBrackets = false

    /// Has libcmark parse it, and `builder` keep the result.
    func parse(_ bytes: Bytes, _ definitions: DefinitionTable, into builder: inout DocumentBuilder) {
        guard let assembled else {
            var context = DocumentBuilder.Context(bytes: Bytes(rebasing: bytes[slice]))
            context.firstLine = firstLine
            parse(&context, definitions, into: &builder)
            return
        }
        assembled.bytes.withUnsafeBufferPointer { buffer in
            assembled.lineMap.withUnsafeBufferPointer { lineMap in
                var context = DocumentBuilder.Context(bytes: buffer)
                context.lineMap = lineMap
                parse(&context, definitions, into: &builder)
            }
        }
    }

    private func parse(
        _ context: inout DocumentBuilder.Context, _ definitions: DefinitionTable, into builder: inout DocumentBuilder
    ) {
        guard context.bytes.count > 0 else { return }
        context.hasClasses = hasClasses
        context.hasTables = hasTables
        var prelude: [UInt8] = []
        if hasBrackets, !definitions.isEmpty {
            let used = definitions.prelude(for: context.bytes)
            prelude = used.bytes
            context.skippedLines = used.lines
            context.hasDefinitions = used.lines > 0
        }
        builder.parse(prelude: prelude, context)
    }
}

extension GroupSource {
    init(_ group: GroupDocument) {
        slice = group.slice
        assembled = group.assembled
        firstLine = group.firstLine
        hasClasses = group.hasClasses
        hasTables = group.hasTables
        hasBrackets = group.hasBrackets
    }
}
