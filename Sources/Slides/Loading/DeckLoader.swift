import Diagnostics

/// Reads a deck: scans, pairs fences, reads entries, groups fragments, has libcmark parse each slide.
struct DeckLoader: ~Copyable {
    let options: DeckOptions
    var slides: [Slide] = []
    var diagnostics: [Diagnostic] = []
    var builder: DocumentBuilder
    var content = DeckContent.empty
    var remainingExpansion: Int
    /// Whose deck it turned out to be.
    var dialect = DeckOptions.Dialect.remark

    /// The source's line for each line of the text, where something was put into it.
    private let lineMap: [Int32]?
    /// Definitions of the other texts that the deck is made of, and of this one.
    private let shared: DefinitionTable

    init(options: DeckOptions, lineMap: [Int32]? = nil, definitions: DefinitionTable = DefinitionTable()) {
        self.options = options
        self.lineMap = lineMap
        shared = definitions
        builder = DocumentBuilder(nesting: options.limits.nesting, bytes: 1024)
        remainingExpansion = options.limits.expansionBytes
    }

    consuming func load(_ raw: [UInt8]) -> Deck {
        let text = SourceText(raw, limit: options.limits.bytes)
        var facts = DeckFacts(source: text.bytes, text: text.facts)
        var frontMatter: FrontMatter?
        var definitions = DefinitionTable()
        text.bytes.withUnsafeBufferPointer { bytes in
            frontMatter = skipFrontMatter(bytes, &facts)
            let scan = scan(bytes, &facts)
            definitions = scan.reader.definitions
            read(scan, bytes, text.bytes)
        }
        if let lineMap { moveLines(lineMap, &facts) }
        var deck = Deck(slides: slides)
        deck.file = options.file
        deck.frontMatter = frontMatter?.properties ?? []
        deck.title = deck.frontMatter.first { $0.key == "title" }?.value ?? deck.slides.lazy.compactMap(\.title).first
        deck.linkDefinitions = definitions.definitions
        deck.diagnostics = TextDiagnostics.diagnostics(for: text.facts, limits: options.limits) + diagnostics
        for index in deck.diagnostics.indices { deck.diagnostics[index].file = options.file }
        deck.facts = facts
        return deck
    }

    /// The link definitions of a text alone, at the source's lines: those of all texts are known before any is loaded.
    consuming func definitions(in raw: [UInt8]) -> [LinkDefinition] {
        let text = SourceText(raw, limit: options.limits.bytes)
        var facts = DeckFacts()
        return text.bytes.withUnsafeBufferPointer { bytes in
            _ = skipFrontMatter(bytes, &facts)
            return scan(bytes, &facts).reader.definitions.definitions.map { definition in
                var definition = definition
                if let lineMap { definition.line = Int(lineMap.line(Int32(clamping: definition.line))) }
                return definition
            }
        }
    }

    private func skipFrontMatter(_ bytes: Bytes, _ facts: inout DeckFacts) -> FrontMatter? {
        let found = options.strictRemark || options.dialect == .remark ? nil : FrontMatter(bytes)
        facts.start = found?.end ?? 0
        facts.startLine = found?.endLine ?? 1
        return found
    }

    /// Puts back the source's lines after substitutions.
    private mutating func moveLines(_ map: [Int32], _ facts: inout DeckFacts) {
        func source(_ line: Int) -> Int { Int(map.line(Int32(clamping: line))) }
        for index in slides.indices {
            slides[index].line = source(slides[index].line)
            slides[index].endLine = source(slides[index].endLine)
            for fence in slides[index].fences.indices {
                slides[index].fences[fence].line = source(slides[index].fences[fence].line)
            }
            for directive in slides[index].directives.indices {
                slides[index].directives[directive].line = source(slides[index].directives[directive].line)
            }
            for image in slides[index].images.indices {
                slides[index].images[image].line = source(slides[index].images[image].line)
            }
        }
        for index in diagnostics.indices {
            guard let range = diagnostics[index].range else { continue }
            diagnostics[index].range = SourceRange(line: source(range.start.line), column: range.start.column)
        }
        // The lint reads the text again, and this is not the author's.
        facts = DeckFacts(dialect: facts.dialect)
    }

    /// A text cut into entries, before slides are made of them.
    private struct Scan {
        var entries: [Entry]
        var texts: [EntryText]
        var reader: EntryReader
    }

    private mutating func scan(_ bytes: Bytes, _ facts: inout DeckFacts) -> Scan {
        var dialect = options.strictRemark ? .remark : options.dialect
        var scanner = LineScanner(
            bytes, from: facts.start, line: facts.startLine, lexer: options.strictRemark ? RemarkLexer(bytes) : nil,
            dialect: dialect, limits: options.limits)
        if scanner.sawSlideEnd {
            dialect = .presenterm
            scanner = LineScanner(
                bytes, from: facts.start, line: facts.startLine, dialect: dialect, limits: options.limits)
        }
        facts.dialect = dialect == .presenterm ? .presenterm : .remark
        if scanner.isTruncated {
            diagnostics.append(
                Diagnostic(
                    id: "too-many-slides", severity: .error,
                    message: "the deck has more than \(options.limits.slides) slides",
                    hint: "what follows the last of them is shown on it"))
        }
        let resolver = FenceResolver(
            bytes, chunks: scanner.chunks, marks: scanner.marks, isStrict: options.strictRemark)
        facts.quotedSeparators = resolver.quotedSeparators
        facts.fences = resolver.fences.filter { $0.isOutdented || $0.problem != nil }
        facts.separators = resolver.entries.dropFirst().map { $0.line - 1 }
        var reader = EntryReader(bytes: bytes, limits: options.limits)
        reader.definitions = shared
        var texts: [EntryText] = []
        texts.reserveCapacity(resolver.entries.count)
        for (index, entry) in resolver.entries.enumerated() {
            let isContinued = index + 1 < resolver.entries.count && resolver.entries[index + 1].opener == .fragment
            texts.append(reader.read(entry, isContinued: isContinued, fences: resolver.fences[entry.fences]))
        }
        facts.findings = reader.findings
        self.dialect = dialect
        return Scan(entries: resolver.entries, texts: texts, reader: reader)
    }

    private mutating func read(_ scan: Scan, _ bytes: Bytes, _ source: [UInt8]) {
        let reader = scan.reader
        diagnostics += reader.diagnostics
        builder.classes = reader.classes
        builder.definitions = reader.definitions
        content = DeckContent(
            source: source, classes: reader.classes, definitions: reader.definitions, nesting: options.limits.nesting,
            lineMap: lineMap)
        make(bytes, scan.entries, scan.texts, reader.definitions)
    }
}
