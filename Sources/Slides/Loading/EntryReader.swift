import Diagnostics

/// Reads one entry: takes off its properties, comments, definitions and class brackets, repairs its fences.
///
/// Most entries need nothing but their properties taken off, and keep the source's bytes.
struct EntryReader {
    let bytes: Bytes
    let limits: DeckOptions.Limits
    /// The deck's definitions and class lists, which every entry adds to.
    var definitions = DefinitionTable()
    var classes: [[String]] = []
    var diagnostics: [Diagnostic] = []
    /// What the lint has to say about the way things are written.
    var findings: [Diagnostic] = []

    /// What of a text's traits asks for a rewrite.
    private static let rewritten: Chunk.Traits = [.comment, .classes, .definition, .excess]

    /// - Parameter isContinued: whether a fragment follows.
    mutating func read(_ entry: Entry, isContinued: Bool, fences all: ArraySlice<FenceSpan>) -> EntryText {
        // Fences in the notes keep separators from counting, and that is all.
        let fences = entry.notes == nil ? all : all.prefix { $0.open < entry.content.upperBound }
        let text = EntryText(slice: entry.content, firstLine: entry.line)
        var directives: [Directive] = []
        let start = PropertyReader.read(
            bytes, content: entry.content, line: entry.line, into: &text.properties
        ) { comment, line in
            if let directive = DirectiveReader.read(bytes, comment: comment, line: line) {
                directives.append(directive)
            }
        }
        text.directives = directives.map { EntryText.FoundDirective(directive: $0, isInNotes: false) }
        for property in text.properties { notice(property, line: entry.line) }
        text.slice = start.offset..<entry.content.upperBound
        text.firstLine = start.line
        let isDamaged = fences.contains { $0.isOutdented || $0.problem != nil }
        if isDamaged || !entry.traits.isDisjoint(with: Self.rewritten) {
            var rewriter = EntryRewriter(bytes: bytes, limits: limits, fences: fences, text: text)
            rewriter.firstClass = classes.count
            rewriter.isContinued = isContinued
            rewriter.rewrite()
            classes += rewriter.classes
            diagnostics += rewriter.diagnostics
            findings += rewriter.findings
            for definition in rewriter.definitions { definitions.add(definition) }
        }
        if let notes = entry.notes, entry.traits.contains(.comment) { readDirectives(in: notes, entry, text) }
        return text
    }

    /// Prose that remark takes for a property and does not show: `Note: ...`, `https://...`.
    private mutating func notice(_ property: Property, line: Int) {
        let isCapitalized = property.key.utf8.first.map { $0 >= 0x41 && $0 <= 0x5A } ?? false
        guard isCapitalized || property.value.hasPrefix("//") else { return }
        findings.append(
            Diagnostic(
                id: "prose-as-property", severity: .warning, range: SourceRange(line: line),
                message: "'\(property.key):' at the start of a slide is a property and is not shown",
                hint: "begin the line with something else, such as '**\(property.key):**'"))
    }

    /// Directives may hide in the notes, where no learner looks.
    private func readDirectives(in notes: Range<Int>, _ entry: Entry, _ text: EntryText) {
        var position = notes.lowerBound
        var line = 0
        var counted = notes.lowerBound
        while let start = bytes.find("<!--", in: position..<notes.upperBound) {
            let end = bytes.find("-->", in: start + 4..<notes.upperBound).map { $0 + 3 } ?? notes.upperBound
            line += bytes[counted..<start].count(of: .lineFeed)
            counted = start
            let notesLine = entry.endLine - bytes[notes].count(of: .lineFeed) + line
            if let directive = DirectiveReader.read(bytes, comment: start..<end, line: max(1, notesLine)) {
                text.directives.append(EntryText.FoundDirective(directive: directive, isInNotes: true))
            }
            position = max(end, start + 4)
        }
    }
}
