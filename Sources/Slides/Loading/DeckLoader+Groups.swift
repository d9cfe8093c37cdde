extension DeckLoader {
    mutating func make(
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
}
