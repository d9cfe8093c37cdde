import Diagnostics
import Foundation
import Slides
import Testing

/// What holds for every text, tried on random ones made of what decks are made of. A text that breaks it is cut down to
/// a small one; add that to `Fixtures/corpus`, which is tried on every run.
@Suite struct PropertyTests {
    /// SplitMix64: the same texts on every run.
    struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    static let pieces = [
        "---", "--", "???", "<!-- break -->", "--- ", "----", "```", "````", "```bash", "~~~", "  ```", "    ```",
        "- ```a", "> ```",
        "``` -->", "```{{exec}}", ".lab[", "]", ".a.b[c]", "\\.x[", ".left[.right[", "]]", "class: a", "name: n",
        "layout: true",
        "template: n", "exclude: true", "count: false", "x: {{x}}", "{{content}}", "{{x}}", "\\{{x}}", "<!--", "-->",
        "--->",
        "<!-- key: value -->", "<!-- lesson:check a=b c=\"d -->", "<!-- lesson:", "[a]: b", "[a]:", "[a", "[a][b]",
        "![x](y)", "![:m a](b)",
        "| a | b |", "|---|:-:|", "| 1 |", "# h", "## h `c`", "===", "- item", "  - sub", "1. one", "> quote", "*e",
        "**s**", "`c", "`",
        "<br/>", "<div>", "</div>", "<?", "$ ls", "FROM debian", "docker build -t x .", "text", "", "", " ", "\t", "é",
        "\u{0}", "😀",
        "&amp;", "\\", "end ```", "<!-- end_slide -->", "<!-- pause -->", "    code", "Note: x", "https://x", "`<!--`",
        ":EN: x",
    ]
    static let ends = ["\n", "\n", "\n", "\n\n", "\r\n", "\r", "", " "]

    static func text(_ random: inout Random) -> [UInt8] {
        var text: [UInt8] = []
        for _ in 0..<Int.random(in: 1...40, using: &random) {
            text += Array((pieces.randomElement(using: &random) ?? "").utf8)
            text += Array((ends.randomElement(using: &random) ?? "").utf8)
            if Int.random(in: 0..<200, using: &random) == 0 {
                text.append(UInt8.random(in: 0x80...0xFF, using: &random))
            }
        }
        return text
    }

    /// What is wrong with the reading of a text, or nil.
    static func fault(_ bytes: [UInt8]) -> String? {
        let deck = Deck(parsing: bytes)
        let source = lines(bytes)
        if let fault = structureFault(deck, source) { return fault }
        let strict = Deck(parsing: bytes, options: DeckOptions(strictRemark: true))
        if let fault = structureFault(strict, source) { return "strict: " + fault }
        // Line ends do not matter.
        let unix = Array(source.joined(separator: [0x0A]))
        let windows = Deck(parsing: Array(source.joined(separator: [0x0D, 0x0A])))
        if Outline.text(Deck(parsing: unix)) != Outline.text(windows) { return "line ends matter" }
        // A deck stays what it is when another slide follows that closes nothing.
        if deck.slides.count > 0, !String(decoding: unix, as: UTF8.self).contains("end_slide") {
            let longer = Deck(parsing: unix + Array("\n---\n# after\n".utf8))
            if longer.slides.count < deck.slides.count { return "a slide more makes fewer" }
        }
        for found in DeckLint.lint(deck, terminalColumns: 80, rows: 24) {
            if !LintRule.all.contains(where: { $0.id == found.id }) { return "unknown rule \(found.id)" }
        }
        _ = deck.detectedExercises
        return nil
    }

    static func lines(_ bytes: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = [[]]
        for (index, byte) in bytes.enumerated() {
            if byte == 0x0A, index > 0, bytes[index - 1] == 0x0D { continue }
            if byte == 0x0A || byte == 0x0D { lines.append([]) } else { lines[lines.count - 1].append(byte) }
        }
        return lines
    }

    static func structureFault(_ deck: Deck, _ source: [[UInt8]]) -> String? {
        guard deck.slides.map(\.number) == Array(1..<deck.slides.count + 1) else { return "numbers" }
        var line = 0
        for slide in deck.slides {
            guard slide.line > line, slide.endLine >= slide.line, slide.endLine <= source.count + 1 else {
                return "lines of slide \(slide.number): \(slide.line)-\(slide.endLine)"
            }
            line = slide.endLine
            for fence in slide.fences {
                guard fence.line >= slide.line, fence.line <= slide.endLine, fence.line <= source.count else {
                    return "fence at line \(fence.line) outside slide \(slide.number)"
                }
                // An open fence before a fragment is closed for it, which raw HTML around it can turn into an opener.
                if deck.slides.contains(where: \.isFragment), fence.text.isEmpty || fence.info.isEmpty { continue }
                let opener = source[fence.line - 1]
                guard opener.contains(0x60) || opener.contains(0x7E) else { return "no fence at line \(fence.line)" }
                for command in fence.runnableCommands where command.line <= fence.line { return "command line" }
            }
            for directive in slide.directives {
                guard directive.line >= slide.line, directive.line <= slide.endLine else {
                    return "directive at line \(directive.line) outside slide \(slide.number)"
                }
                if case .fence(let index) = directive.target, !slide.fences.contains(where: { $0.index == index }) {
                    return "directive bound to a fence that is not there"
                }
            }
            for block in slide.blocks {
                if Outline.text(block, indent: "").isEmpty { return "empty block" }
                guard block.lines.lowerBound >= 1, block.lines.upperBound <= source.count + 1 else {
                    return "block at \(block.lines)"
                }
            }
            if Outline.text(Deck(slides: [slide])).contains("\u{1}") { return "a mark is shown" }
        }
        return nil
    }

    /// Cuts lines, then bytes, as long as the fault stays.
    static func shrunk(_ bytes: [UInt8]) -> [UInt8] {
        var text = bytes
        var size = max(1, text.count / 2)
        while size >= 1 {
            var start = 0
            var didShrink = false
            while start < text.count {
                var shorter = text
                shorter.removeSubrange(start..<min(start + size, text.count))
                if fault(shorter) != nil {
                    text = shorter
                    didShrink = true
                } else {
                    start += size
                }
            }
            if !didShrink || size > text.count { size /= 2 }
        }
        return text
    }

    /// `LESSON_FUZZ_ROUNDS` tries more texts per seed; `LESSON_FUZZ_SEED` others.
    static let rounds = ProcessInfo.processInfo.environment["LESSON_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 250
    static let offset = ProcessInfo.processInfo.environment["LESSON_FUZZ_SEED"].flatMap { UInt64($0) } ?? 0

    @Test(arguments: 0..<8 as Range<UInt64>)
    func randomTexts(seed: UInt64) {
        var random = Random(state: (seed &+ Self.offset &* 8) &* 0x1234_5678_9ABC_DEF1 &+ 7)
        for _ in 0..<Self.rounds {
            let text = Self.text(&random)
            guard Self.fault(text) != nil else { continue }
            let small = Self.shrunk(text)
            Issue.record("\(Self.fault(small) ?? ""): \(String(decoding: small, as: UTF8.self).debugDescription)")
            return
        }
    }

    static let corpus: [String] = {
        let folder = Bundle.module.bundleURL.appending(path: "Fixtures/corpus")
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []).sorted()
    }()

    @Test(arguments: corpus)
    func corpusText(name: String) throws {
        let path = Bundle.module.bundleURL.appending(path: "Fixtures/corpus/\(name)")
        #expect(Self.fault([UInt8](try Data(contentsOf: path))) == nil)
    }

    @Test func shrinkingFindsTheSmallestText() {
        // The tool itself: a fault made up for the purpose.
        let text = Array("aaaa\nbbbb\n---x\ncccc".utf8)
        #expect(Self.shrunk(text).count <= text.count)
    }

    /// Texts that break readers: a result comes, whatever it is. A reader that is quadratic does not come back in time.
    @Test(
        .timeLimit(.minutes(3)),
        arguments: [
            "---\n", "--\n", "???\n", "```\n", "````a\n```\n", "```a\n---\n", "```\n\n---\n\n~~~\n\n---\n\n", "> ",
            "- ", "1. ", "[", "]", "[a](b", "![", "![[]()",
            "*a **a ", "_a ", "a**b", "<", "<!--", "<!-- \n", "a <?", "-->", "`", "` ", ".a[", ".a[\n", ".a[\n[\n",
            "[a]: b\n", "|", "|-|\n",
            "{{a}}", "\u{0}", "\r", "\r\n", "\n", " ", "\t- a\n", "<div>\n", "<!-- lesson:check a=b -->\n",
            "![a](b)\n--\n", "class: a\n--\n", "???\na\n--\n",
            "name: a\ntemplate: a\n\n{{content}}{{content}}\n---\n", "\\", "&#1;", "😀", "@@TOC@@",
        ])
    func enormousTexts(piece: String) {
        let bytes = Array(piece.utf8)
        let text = Array(repeatElement(bytes, count: 150_000 / bytes.count).joined())
        let deck = Deck(parsing: text)
        #expect(!deck.slides.isEmpty)
        #expect(deck.slides.last.map { $0.blocks.count >= 0 } == true)
        let tail = Deck(parsing: Array(String(repeating: "- ", count: 10_000).utf8) + Array("x\n".utf8) + text)
        #expect(!tail.slides.isEmpty)
    }
}
