import Diagnostics

extension DeckLoader {
    /// Parses a group's content once, and makes a slide of each of its entries.
    mutating func makeSlides(
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
}
