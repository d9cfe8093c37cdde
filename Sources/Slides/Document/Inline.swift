/// A run of text inside a block.
public indirect enum Inline: Hashable, Sendable {
    /// Text.
    case text(String)
    /// Code.
    case code(String)
    /// `*text*`
    case emphasis([Inline])
    /// `**text**`
    case strong([Inline])
    /// A link; `#name` leads to a slide.
    case link(destination: String, title: String, [Inline])
    /// A picture and what to show in its place.
    case image(destination: String, title: String, alternative: [Inline])
    /// A line of the source ended here; shown as a space.
    case softBreak
    /// A line break that is meant: two spaces, a backslash or `<br/>`.
    case lineBreak
    /// Raw HTML.
    case html(String)
    /// `.class[text]`
    case classSpan(classes: [String], [Inline])
}

extension Inline {
    /// The text without its dress.
    public var plainText: String {
        switch self {
        case .text(let text), .code(let text): text
        case .emphasis(let inner), .strong(let inner), .link(_, _, let inner), .image(_, _, let inner),
            .classSpan(_, let inner):
            inner.plainText
        case .softBreak, .lineBreak: " "
        case .html: ""
        }
    }
}

extension Sequence<Inline> {
    /// The text without its dress.
    public var plainText: String { map(\.plainText).joined() }
}
