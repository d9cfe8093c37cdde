import Slides

/// A deck as JSON: the form that CLI.md promises.
struct DeckDocument: Encodable {
    struct Page: Encodable {
        var number: Int
        var fragment: Bool
        var name: String?
        var title: String?
        var classes: [String]
        var line: Int
        var endLine: Int
        var notes: String?
        var fences: [Code]
        var directives: [Comment]
    }

    struct Code: Encodable {
        var language: String
        var line: Int
        var text: String
    }

    struct Comment: Encodable {
        var verb: String
        var line: Int
        var arguments: [String: String]
    }

    var title: String?
    var slides: [Page]

    init(_ deck: Deck) {
        title = deck.title
        slides = deck.slides.map { slide in
            Page(
                number: slide.number, fragment: slide.isFragment, name: slide.name, title: slide.title,
                classes: slide.classes, line: slide.line, endLine: slide.endLine, notes: slide.notes,
                fences: slide.fences.map { Code(language: $0.language, line: $0.line, text: $0.text) },
                directives: slide.directives.map { Comment(verb: $0.verb, line: $0.line, arguments: $0.arguments) })
        }
    }

    private enum CodingKeys: String, CodingKey {
        case title, slides
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        // A deck without a title has the key all the same: it is no optional one.
        try container.encode(title, forKey: .title)
        try container.encode(slides, forKey: .slides)
    }
}
