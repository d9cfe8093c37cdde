import Slides

extension [Inline] {
    /// The text as spans, a list of them for each line that a line break ends.
    /// - Parameter showsLinks: whether a link's destination follows its text.
    func lines(_ style: Style, showsLinks: Bool = true) -> [[Span]] {
        var setter = InlineSetter(showsLinks: showsLinks)
        setter.set(self, style, depth: 0)
        return setter.lines
    }
}

private struct InlineSetter {
    let showsLinks: Bool
    var lines: [[Span]] = [[]]

    mutating func set(_ content: [Inline], _ style: Style, depth: Int) {
        guard depth < SlideRenderer.nestingLimit else { return }
        for inline in content { set(inline, style, depth: depth) }
    }

    private mutating func set(_ inline: Inline, _ style: Style, depth: Int) {
        switch inline {
        case .text(let text): add(text, style)
        case .code(let text): add(text, style.adding(.code))
        case .emphasis(let inner): set(inner, style.adding(.emphasis), depth: depth + 1)
        case .strong(let inner): set(inner, style.adding(.strong), depth: depth + 1)
        case .link(let destination, _, let inner):
            set(inner, style.adding(.link), depth: depth + 1)
            // A link to another slide is for a browser; an address that is its own text need not be said twice.
            if showsLinks, !destination.hasPrefix("#"), !destination.isEmpty, inner.plainText != destination,
                "mailto:" + inner.plainText != destination
            {
                add(" (\(destination))", .muted)
            }
        case .image(let destination, _, let alternative):
            let text = alternative.plainText
            add("[image: \(text.isEmpty ? destination : "\(text), \(destination)")]", style.adding(.muted))
        case .softBreak: add(" ", style)
        case .lineBreak: lines.append([])
        case .html(let text):
            let bare = withoutTags(text)
            if !bare.isEmpty { add(bare, style) }
        case .classSpan(let classes, let inner): set(inner, style.adding(.ofClasses(classes)), depth: depth + 1)
        }
    }

    private mutating func add(_ text: String, _ style: Style) {
        guard !text.isEmpty else { return }
        // A tab or a line end inside prose is a blank.
        let flat = String(text.map { $0 == "\t" || $0.isNewline ? " " : $0 })
        lines[lines.count - 1].append(Span(flat, style))
    }
}

extension Style {
    /// What the classes that decks use mean here; most mean nothing.
    static func ofClasses(_ classes: [String]) -> Style {
        classes.reduce(.plain) { style, name in
            switch name {
            case "red": style.adding(Style(colour: .red))
            case "green": style.adding(Style(colour: .green))
            case "blue": style.adding(Style(colour: .blue))
            case "yellow", "orange": style.adding(Style(colour: .yellow))
            case "warning": style.adding(.warning)
            case "strike": style.adding(Style(isStruck: true))
            case "small", "footnote", "debug", "gray", "grey": style.adding(.muted)
            default: style
            }
        }
    }
}
