extension DeckLoader {
    mutating func source(
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
    mutating func assemble(
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
