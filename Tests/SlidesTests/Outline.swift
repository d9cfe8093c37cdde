import Diagnostics
import Slides

/// A deck as text, to compare and to read in a golden file.
enum Outline {
    static func text(_ deck: Deck) -> String {
        var lines: [String] = []
        if let title = deck.title { lines.append("title: \(title)") }
        for slide in deck.slides {
            var head = "\(slide.isFragment ? "fragment" : "slide") \(slide.number) lines \(slide.line)-\(slide.endLine)"
            if let title = slide.title { head += " '\(title)'" }
            if let name = slide.name { head += " name=\(name)" }
            if !slide.classes.isEmpty { head += " class=\(slide.classes.joined(separator: "+"))" }
            lines.append(head)
            for (key, value) in slide.properties.sorted(by: { $0.key < $1.key }) where key != "class" && key != "name" {
                lines.append("  property \(key)=\(value)")
            }
            lines += slide.blocks.flatMap { text($0, indent: "  ") }
            for fence in slide.fences {
                lines.append("  fence \(fence.index) line \(fence.line)\(fence.name.map { " name=\($0)" } ?? "")")
                lines += fence.runnableCommands.map { "    run line \($0.line): \($0.text.debugDescription)" }
            }
            for directive in slide.directives {
                let arguments = directive.orderedArguments.map { "\($0.key)=\($0.value.debugDescription)" }
                lines.append(
                    "  directive \(directive.verb) \(directive.line):\(directive.column) "
                        + (arguments + ["-> \(directive.target)"]).joined(separator: " "))
            }
            if let notes = slide.notes { lines.append("  notes \(notes.debugDescription)") }
        }
        for found in deck.diagnostics {
            lines.append(
                "\(found.severity) \(found.range?.start.line ?? 0):\(found.range?.start.column ?? 0) \(found.id)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    static func text(_ block: Block, indent: String) -> [String] {
        let place = "\(indent)\(block.lines.lowerBound)-\(block.lines.upperBound) "
        let inner = indent + "  "
        switch block.kind {
        case .heading(let level, let inlines): return ["\(place)h\(level) \(text(inlines))"]
        case .paragraph(let inlines): return ["\(place)p \(text(inlines))"]
        case .list(let list):
            let head = "\(place)\(list.isOrdered ? "ol \(list.start)" : "ul")\(list.isTight ? " tight" : "")"
            return [head]
                + list.items.flatMap { item in
                    ["\(inner)item"] + item.blocks.flatMap { text($0, indent: inner + "  ") }
                }
        case .code(let fence): return ["\(place)code \(fence.info.debugDescription) \(fence.text.debugDescription)"]
        case .indentedCode(let code): return ["\(place)indented \(code.debugDescription)"]
        case .table(let table):
            return ["\(place)table \(table.alignments)"]
                + ([table.header] + table.rows).map { row in inner + row.map(text).joined(separator: " | ") }
        case .quote(let blocks): return ["\(place)quote"] + blocks.flatMap { text($0, indent: inner) }
        case .html(let html): return ["\(place)html \(html.debugDescription)"]
        case .rule: return ["\(place)rule"]
        case .classBlock(let classes, let blocks):
            return ["\(place).\(classes.joined(separator: "."))"] + blocks.flatMap { text($0, indent: inner) }
        case .literal(let literal): return ["\(place)literal \(literal.debugDescription)"]
        }
    }

    static func text(_ inlines: [Inline]) -> String {
        inlines.map { inline in
            switch inline {
            case .text(let text): text
            case .code(let code): "`\(code)`"
            case .emphasis(let inner): "<em>\(text(inner))</em>"
            case .strong(let inner): "<b>\(text(inner))</b>"
            case .link(let destination, let title, let inner): "<a \(destination) '\(title)'>\(text(inner))</a>"
            case .image(let destination, _, let inner): "<img \(destination)>\(text(inner))</img>"
            case .softBreak: "\\n"
            case .lineBreak: "<br>"
            case .html(let html): "<raw \(html)>"
            case .classSpan(let classes, let inner): "<.\(classes.joined(separator: "."))>\(text(inner))</>"
            }
        }.joined()
    }
}
