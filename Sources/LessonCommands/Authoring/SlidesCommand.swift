import ArgumentParser
import Diagnostics
import Slides
import TerminalUI

struct SlidesCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "slides", abstract: "What the loader sees in a deck.")

    @Argument(help: "The deck, or the manifest of a course.", completion: .file(extensions: ["md", "yml"]))
    var deck: String

    @Flag(help: "Split exactly as remark does, its accidents included.")
    var strictRemark = false

    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        let loaded = try DeckInput.read(deck, strictRemark: strictRemark)
        if console.isJSON { return try console.json(DeckDocument(loaded)) }
        let renderer = DiagnosticRenderer(showsSource: false)
        for diagnostic in loaded.diagnostics { console.note(renderer.headline(diagnostic)) }
        let rows = loaded.slides.map { slide -> [String] in
            let classes = slide.classes.isEmpty ? "" : ".\(slide.classes.joined(separator: "."))"
            return [
                "\(slide.number)", slide.isFragment ? "--" : "", "\(slide.line)-\(slide.endLine)",
                slide.title ?? "", slide.fences.isEmpty ? "" : "\(slide.fences.count) code", classes,
            ]
        }
        let table = TextTable(rows: rows, alignments: [.right, .left, .right])
        let slides = loaded.slides.count { !$0.isFragment }
        console.print(
            [StyledLine(loaded.title ?? deck, .heading)]
                + table.lines(width: console.out.isInteractive ? console.out.width : nil)
                + [StyledLine("\(slides) slides, \(loaded.slides.count - slides) fragments", .muted)])
    }
}
