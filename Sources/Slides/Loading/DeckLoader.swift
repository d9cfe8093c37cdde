import Diagnostics

/// Reads a deck: scans, pairs fences, reads entries, groups fragments, has libcmark parse each slide.
struct DeckLoader: ~Copyable {
    let options: DeckOptions
    private var slides: [Slide] = []
    private var diagnostics: [Diagnostic] = []
    private var builder: DocumentBuilder
    private var content = DeckContent.empty
    private var remainingExpansion: Int
    /// Whose deck it turned out to be.
    private var dialect = DeckOptions.Dialect.remark

    /// The source's line for each line of the text, where something was put into it.
    private let lineMap: [Int32]?

    init(options: DeckOptions, lineMap: [Int32]? = nil) {
        self.options = options
        self.lineMap = lineMap
        builder = DocumentBuilder(nesting: options.limits.nesting, bytes: 1024)
        remainingExpansion = options.limits.expansionBytes
    }

    consuming func load(_ raw: [UInt8]) -> Deck {
        let text = SourceText(raw, limit: options.limits.bytes)
        var facts = DeckFacts(source: text.bytes, text: text.facts)
        var frontMatter: FrontMatter?
        var definitions = DefinitionTable()
        text.bytes.withUnsafeBufferPointer { bytes in
            frontMatter = options.strictRemark || options.dialect == .remark ? nil : FrontMatter(bytes)
            facts.start = frontMatter?.end ?? 0
            facts.startLine = frontMatter?.endLine ?? 1
            definitions = read(bytes, text.bytes, &facts)
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

    private mutating func read(
        _ bytes: Bytes, _ source: [UInt8], _ facts: inout DeckFacts
    ) -> DefinitionTable {
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
        var texts: [EntryText] = []
        texts.reserveCapacity(resolver.entries.count)
        for (index, entry) in resolver.entries.enumerated() {
            let isContinued = index + 1 < resolver.entries.count && resolver.entries[index + 1].opener == .fragment
            texts.append(reader.read(entry, isContinued: isContinued, fences: resolver.fences[entry.fences]))
        }
        diagnostics += reader.diagnostics
        facts.findings = reader.findings
        builder.classes = reader.classes
        builder.definitions = reader.definitions
        self.dialect = dialect
        content = DeckContent(
            source: source, classes: reader.classes, definitions: reader.definitions, nesting: options.limits.nesting,
            lineMap: lineMap)
        make(bytes, resolver.entries, texts, reader.definitions)
        return reader.definitions
    }

    // MARK: From entries to slides

    private mutating func make(
        _ bytes: Bytes, _ entries: [Entry], _ texts: [EntryText], _ definitions: DefinitionTable
    ) {
        let excluded = Set(options.excludedClasses)
        slides.reserveCapacity(entries.count)
        var templates = TemplateTable(texts)
        var index = 0
        while index < entries.count {
            var last = index + 1
            while last < entries.count, entries[last].opener == .fragment { last += 1 }
            let members = index..<last
            index = last
            let kept = members.filter { !Self.isExcluded(texts[$0], classes: excluded) }
            // A slide that is left out takes its fragments with it.
            guard kept.first == members.lowerBound else { continue }
            var group = SlideGroup(entries: kept)
            templates.inherit(&group, texts[members.lowerBound])
            let isLayout = texts[members.lowerBound].value(of: "layout") == "true"
            let name = texts[members.lowerBound].value(of: "name")
            if isLayout || templates.isWanted(name) {
                let text = assemble(bytes, group, entries, texts, asTemplate: true)
                let hasClasses = kept.contains { texts[$0].hasClasses }
                templates.add(
                    group, text: text, first: texts[members.lowerBound], hasClasses: hasClasses, isLayout: isLayout)
            }
            // presenterm ends the last slide too; what follows is not one more.
            if dialect == .presenterm, index == entries.count, kept.count == 1,
                !entries[members.lowerBound].traits.contains(.content), members.lowerBound > 0
            {
                continue
            }
            if !isLayout { makeSlides(bytes, group, entries, texts, definitions) }
        }
    }

    private static func isExcluded(_ text: EntryText, classes: Set<String>) -> Bool {
        guard !text.properties.isEmpty else { return false }
        if text.value(of: "exclude")?.lowercased() == "true" { return true }
        guard !classes.isEmpty, let own = text.value(of: "class") else { return false }
        return own.classList.contains(where: classes.contains)
    }

    /// Parses a group's content once, and makes a slide of each of its entries.
    private mutating func makeSlides(
        _ bytes: Bytes, _ group: SlideGroup, _ entries: [Entry], _ texts: [EntryText], _ definitions: DefinitionTable
    ) {
        let source = source(bytes, group, entries, texts)
        builder.reset()
        builder.isOutline = !group.entries.contains { entries[$0].traits.contains(.image) } && group.template == nil
        source.parse(bytes, definitions, into: &builder)
        for index in builder.fences.indices { builder.fences[index].index = index }
        let heading = heading()
        var images: [ImageReference] = []
        for position in builder.imagePositions {
            let node = builder.nodes[position.node]
            let destination =
                node.extra > 0
                ? definitions.definitions[Int(node.extra) - 1].destination
                : builder.text.string(Int(node.textStart), Int(node.textLength))
            images.append(ImageReference(destination: destination, line: Int(position.line)))
        }
        var properties = group.inherited
        var notes: String?
        let firstSlide = slides.count
        var fence = 0
        var image = 0
        for (place, index) in group.entries.enumerated() {
            let entry = entries[index]
            let text = texts[index]
            let next = place + 1 < group.entries.count ? entries[group.entries[place + 1]].line : Int.max
            if !properties.isEmpty || !text.properties.isEmpty { properties.merge(own: text.properties) }
            var slide = Slide(
                number: slides.count + 1, isFragment: place > 0, line: entry.line,
                endLine: max(entry.line, entry.endLine))
            slide.name = text.value(of: "name")
            slide.properties = properties
            slide.classes = properties["class"]?.classList ?? []
            slide.file = options.file
            slide.isCounted = text.value(of: "count") != "false"
            if let heading, heading.line < next {
                slide.title = heading.text
                slide.titleLevel = heading.level
            }
            if let range = entry.notes {
                let own =
                    entry.traits.contains(.comment) ? bytes.withoutComments(range) : bytes.string(bytes.trimmed(range))
                // Inherited notes come first; with very many fragments only their own are kept.
                notes = notes.flatMap { place < 64 && !own.isEmpty ? $0 + "\n\n" + own : nil } ?? own
            }
            slide.notes = notes
            while fence < builder.fences.count, builder.fences[fence].line < entry.line { fence += 1 }
            var own: [Int] = []
            while fence < builder.fences.count, builder.fences[fence].line <= entry.endLine {
                // What follows the content in a template has the template's lines.
                if builder.fences[fence].line >= entry.line { own.append(fence) }
                fence += 1
            }
            bind(text, to: own, slide: &slide)
            slide.fences = own.map { builder.fences[$0] }
            while image < images.count, images[image].line < entry.line { image += 1 }
            while image < images.count, images[image].line <= entry.endLine {
                slide.images.append(images[image])
                image += 1
            }
            slides.append(slide)
        }
        let document = GroupDocument(source, fences: builder.fences)
        for (place, index) in (firstSlide..<slides.count).enumerated() {
            let next = place + 1 < group.entries.count ? entries[group.entries[place + 1]].line : Int.max
            slides[index].document = SlideDocument(content: content, group: document, cutLine: next)
        }
    }

    /// The first heading.
    private func heading() -> (text: String, level: Int, line: Int)? {
        var index = 0
        while index < builder.nodes.count, builder.nodes[index].kind != .heading { index += 1 }
        guard index < builder.nodes.count else { return nil }
        let heading = builder.nodes[index]
        var text = ""
        for index in index + 1..<max(index + 1, Int(heading.end)) {
            let node = builder.nodes[index]
            switch node.kind {
            case .text, .inlineCode: text += builder.text.string(Int(node.textStart), Int(node.textLength))
            case .softBreak, .lineBreak: text += " "
            default: break
            }
        }
        return text.isEmpty ? nil : (text, Int(heading.detail), Int(heading.line))
    }

    /// Binds directives to the next fence of their slide, else to the slide.
    private mutating func bind(_ text: EntryText, to fences: [Int], slide: inout Slide) {
        for found in text.directives {
            var directive = found.directive
            if !found.isInNotes, let fence = fences.first(where: { builder.fences[$0].line > directive.line }) {
                directive.target = .fence(builder.fences[fence].index)
                if let kind = directive.kind, kind == .file || kind == .starter || kind == .solution,
                    let name = directive.arguments["name"]
                {
                    builder.fences[fence].name = name
                }
            }
            if let problem = directive.problem { diagnostics.append(problem) }
            slide.directives.append(directive)
        }
    }

    // MARK: Text for libcmark

    private mutating func source(
        _ bytes: Bytes, _ group: SlideGroup, _ entries: [Entry], _ texts: [EntryText]
    ) -> GroupSource {
        var traits: Chunk.Traits = []
        for index in group.entries { traits.formUnion(entries[index].traits) }
        var source = GroupSource()
        guard traits.contains(.content) || group.template != nil else { return source }
        source.hasTables = traits.contains(.table) || group.template != nil
        source.hasBrackets = traits.contains(.bracket) || group.template != nil
        source.hasClasses = group.entries.contains { texts[$0].hasClasses } || group.template?.hasClasses == true
        let first = texts[group.entries[0]]
        if group.entries.count > 1 || group.template != nil || traits.contains(.variable) {
            source.assembled = assemble(bytes, group, entries, texts)
        } else if let own = first.rewritten {
            source.assembled = GroupText(bytes: own, lineMap: first.lineMap)
        } else {
            source.slice = first.slice
            source.firstLine = first.firstLine
        }
        return source
    }

    /// Puts a group's text together: the slide's in its template, then each fragment's, a blank line where a separator
    /// was. Properties are put in at the end, with the values that the last fragment has; not into text that is going to
    /// be a template, whose heirs have values of their own.
    private mutating func assemble(
        _ bytes: Bytes, _ group: SlideGroup, _ entries: [Entry], _ texts: [EntryText], asTemplate: Bool = false
    ) -> GroupText {
        var text = GroupText()
        for index in group.entries {
            let entry = texts[index]
            var own = GroupText()
            if let rewritten = entry.rewritten {
                own.bytes = rewritten
                own.lineMap = entry.lineMap
            } else {
                own.append(bytes[entry.slice]) { Int32(entry.firstLine + $0) }
            }
            if index == group.entries.first, let template = group.template {
                own = Expansion.place(own, in: template, remaining: &remainingExpansion)
            }
            if !text.bytes.isEmpty { text.newLine(Int32(entry.firstLine - 1)) }
            text.insert(own)
        }
        guard !asTemplate else { return text }
        if group.template != nil || group.entries.contains(where: { entries[$0].traits.contains(.variable) }) {
            var properties = group.inherited
            for index in group.entries { properties.merge(own: texts[index].properties) }
            text = Expansion.expand(text, properties, remaining: &remainingExpansion)
        }
        return text
    }
}

extension EntryText {
    /// The value of a property of its own; the last counts.
    func value(of key: String) -> String? { properties.last { $0.key == key }?.value }
}

extension String {
    /// Class names, separated by commas and blanks.
    var classList: [String] { split { $0 == "," || $0 == " " }.map(String.init) }
}

extension [String: String] {
    /// Adds a slide's own properties to those it inherits: classes add up, the rest replaces.
    mutating func merge(own properties: [Property]) {
        self["name"] = nil
        for property in properties {
            if property.key == "class", let inherited = self["class"], !inherited.isEmpty {
                // A class counts once; past a bound, which no deck reaches, the inherited ones are dropped.
                let known = inherited.classList
                let added = property.value.classList.filter { !known.contains($0) }
                self["class"] =
                    known.count + added.count <= 32 ? (known + added).joined(separator: ", ") : property.value
            } else if count < 256 || self[property.key] != nil {
                self[property.key] = property.value
            }
        }
    }
}
