import Testing

@testable import TerminalUI

struct DisplayWidthTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("漢字", 4), ("e\u{301}", 1), ("한국어", 6), ("👍", 2), ("👍🏽", 2), ("⚠\u{FE0F}", 2), ("│─█", 3),
        ("ﬁ", 1), ("Ａ", 2), ("🇨🇭", 2),
    ])
    func counts(_ text: String, _ columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }

    @Test(arguments: [
        ("hello", 5, "hello"), ("hello", 4, "hel…"), ("漢字漢字", 5, "漢字…"), ("漢字漢字", 4, "漢…"), ("abc", 1, "…"),
        ("abc", 0, ""),
    ])
    func cuts(_ text: String, _ columns: Int, _ expected: String) {
        let cut = DisplayWidth.cut(text, to: columns, ellipsis: "…")
        #expect(cut == expected)
        #expect(DisplayWidth.of(cut) <= columns)
    }
}

struct LineWrapperTests {
    private func wrap(_ text: String, _ width: Int) -> [String] {
        LineWrapper(width: width).wrap([Span(text)]).map(\.plain)
    }

    @Test(
        arguments: [
            ("", 20, []),
            ("   ", 20, []),
            ("one two three four five", 10, ["one two", "three four", "five"]),
            ("a   b", 20, ["a b"]),
            ("see https://example.org/very/long/path here", 12, ["see", "https://example.org/very/long/path", "here"]),
            ("漢字漢字漢字漢字", 8, ["漢字漢字", "漢字漢字"]),
            ("漢字漢字。漢", 8, ["漢字漢", "字。漢"]),
        ] as [(String, Int, [String])])
    func breaks(_ text: String, _ width: Int, _ expected: [String]) {
        #expect(wrap(text, width) == expected)
    }

    @Test func keepsStylesAndWordsThatRunOverSpans() {
        let lines = LineWrapper(width: 12).wrap([
            Span("prefix ", .plain), Span("un", .strong), Span("breakable", .code),
        ])
        #expect(lines.map(\.plain) == ["prefix", "unbreakable"])
        #expect(lines.last?.spans.map(\.style) == [.strong, .code])
    }

    @Test func indentsTheLinesAfterTheFirst() {
        let lines = LineWrapper(width: 16, first: [Span("- ")]).wrap([Span("one two three four")])
        #expect(lines.map(\.plain) == ["- one two three", "  four"])
    }

    @Test func losesNoWordWhateverTheWidth() {
        var generator = SeededGenerator(seed: 7)
        let alphabet = ["a", "word", "漢", "longer-word", "e\u{301}", "👍"]
        for _ in 0..<300 {
            let words = (0..<Int.random(in: 1...30, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            let width = Int.random(in: 8...60, using: &generator)
            let lines = wrap(words.joined(separator: " "), width)
            #expect(lines.joined().filter { $0 != " " } == words.joined())
            for line in lines { #expect(DisplayWidth.of(line) <= max(width, 11)) }
        }
    }
}

struct ByteCountTests {
    @Test(
        arguments: [
            (0, "0B"), (1, "1B"), (999, "999B"), (1000, "1kB"), (1536, "1.54kB"), (16_896, "16.9kB"),
            (117_840_000, "118MB"),
            (999_499, "999kB"), (999_500, "1MB"), (999_999_999, "1GB"), (1_234_567_890, "1.23GB"), (-2_500, "-2.5kB"),
            (Int64.max, "9.22EB"), (10_000_000, "10MB"),
        ] as [(Int64, String)])
    func saysItAsDockerDoes(_ bytes: Int64, _ expected: String) {
        #expect(ByteCount(bytes).description == expected)
    }

    @Test func takesFourDigitsForDiskUsage() {
        #expect(ByteCount(1_234_567_890, precision: 4).description == "1.235GB")
        #expect(ByteCount(16_431, precision: 4).description == "16.43kB")
    }
}

struct ElapsedTimeTests {
    @Test(
        arguments: [
            (-5, "Less than a second"), (0, "Less than a second"), (1, "1 second"), (59, "59 seconds"),
            (60, "About a minute"),
            (119, "About a minute"), (120, "2 minutes"), (3599, "59 minutes"), (3600, "About an hour"),
            (7200, "2 hours"),
            (48 * 3600, "2 days"), (14 * 86400, "2 weeks"), (60 * 86400, "2 months"), (730 * 86400, "2 years"),
        ] as [(Int64, String)])
    func saysItAsDockerDoes(_ seconds: Int64, _ expected: String) {
        #expect(ElapsedTime.docker(seconds: seconds) == expected)
    }

    @Test(
        arguments: [
            (0.04, "0.0 s"), (0.26, "0.3 s"), (9.99, "10.0 s"), (12.4, "12 s"), (125, "2 min 5 s"),
            (-.infinity, "0.0 s"),
        ] as [(Double, String)])
    func isShortOnAStatusLine(_ seconds: Double, _ expected: String) {
        #expect(ElapsedTime.short(seconds: seconds) == expected)
    }
}

struct TextTableTests {
    @Test func linesUpWideCharacters() {
        let table = TextTable(
            header: ["name", "size"], rows: [["漢字", "1"], ["a", "100"]], alignments: [.left, .right])
        #expect(table.lines(width: nil).map { Terminal().text($0) } == ["name  size", "漢字     1", "a      100"])
    }

    @Test(arguments: [30, 40, 60])
    func staysWithinTheWidth(_ width: Int) {
        let long = "words and more words that need to be wrapped because they are many"
        let lines = TextTable(rows: [[long, "short", long]]).lines(width: width)
        #expect(lines.allSatisfy { $0.width <= width })
        let words = lines.map(\.plain).joined(separator: " ").split(separator: " ")
        #expect(words.count == long.split(separator: " ").count * 2 + 1)
    }

    @Test func fillsUpShortRows() {
        #expect(TextTable(rows: [["a"], ["b", "c"]]).lines(width: 80).map { Terminal().text($0) } == ["a", "b  c"])
    }
}

/// SplitMix64: the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
