import Slides
import Testing

@testable import TerminalUI

struct SlideRendererTests {
    static let widths = [40, 80, 120]

    private func deck() throws -> Deck {
        Deck(parsing: Array(try Golden.fixture("Slides/deck.md").utf8))
    }

    private func text(_ terminal: Terminal, notes: Bool = false) throws -> String {
        let renderer = SlideRenderer(terminal: terminal, showsNotes: notes)
        return try deck().slides.map { terminal.text(renderer.lines($0)) }.joined(separator: "\n=====\n\n")
    }

    @Test(arguments: widths)
    func looksAsRecorded(width: Int) throws {
        try Golden.expect(try text(Terminal(width: width), notes: true), equals: "Slides/\(width).txt")
    }

    @Test func looksAsRecordedInASCII() throws {
        try Golden.expect(try text(Terminal(isASCII: true, width: 80)), equals: "Slides/80.ascii.txt")
    }

    @Test func looksAsRecordedInColour() throws {
        try Golden.expect(
            try text(Terminal(isInteractive: true, usesColour: true, width: 80)), equals: "Slides/80.colour.txt")
    }

    @Test(arguments: widths)
    func wrapsProseToTheWidthAndLeavesCodeAlone(width: Int) throws {
        let terminal = Terminal(width: width)
        let lines = try deck().slides.flatMap { SlideRenderer(terminal: terminal).lines($0) }.map { terminal.text($0) }
        let code = "RUN apt-get update && apt-get install -y --no-install-recommends build-essential ca-certificates "
        #expect(lines.contains { $0.hasPrefix("    " + code) && $0.hasSuffix("/var/lib/apt/lists/*") })
        for line in lines where !line.hasPrefix("    ") && line.contains(" ") && !line.contains("http") {
            #expect(DisplayWidth.of(line) <= min(width, 100), "\(line)")
        }
    }

    @Test func saysWithoutColourAllThatItSaysWithColour() throws {
        let plain = try text(Terminal(width: 80))
        var coloured = try text(Terminal(usesColour: true, width: 80))
        coloured.replace(#/\u{1B}\[[0-9;]*m/#, with: "")
        #expect(coloured == plain)
    }

    @Test func sendsNoControlCharacterOfTheDeck() throws {
        let slide = try #require(
            Deck(parsing: Array("# \u{1B}]0;title\u{07}\n\n`\u{1B}[2J`\n\n```\n\u{1B}[31m\u{9B}1m\u{202E}\n```\n".utf8))
                .slides.first)
        let terminal = Terminal(isInteractive: true, usesColour: false)
        let text = terminal.text(SlideRenderer(terminal: terminal).lines(slide))
        #expect(
            text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && !(0x7F...0x9F).contains($0.value)) })
        #expect(!text.contains("\u{202E}"))
        #expect(text.contains("\\e[31m"))
    }

    @Test func numbersTheBlocksOfASlideThatHasSeveral() throws {
        let slides = try deck().slides
        let terminal = Terminal()
        let several = terminal.text(SlideRenderer(terminal: terminal).lines(slides[2]))
        #expect(several.contains("[1]\n") && several.contains("[2] Makefile\n"))
        let one = terminal.text(SlideRenderer(terminal: terminal).lines(slides[3]))
        #expect(!one.contains("[1]"))
    }

    @Test func takesNestingOfAnyDepth() {
        var block = Block(.paragraph([.text("deep")]), lines: 1...1)
        for _ in 0..<5000 { block = Block(.quote([block]), lines: 1...1) }
        let lines = SlideRenderer(terminal: Terminal()).set([block], .init(width: 80))
        #expect(!lines.isEmpty)
    }
}
