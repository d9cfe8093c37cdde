import Testing

@testable import TerminalUI

struct VerdictDisplayTests {
    static let failing = VerdictDisplay(
        title: "multi-stage-builds, exercise multi-stage: One binary and nothing else", outcome: .fail, score: 65,
        maxScore: 100,
        checks: [
            .init(id: "built", outcome: .pass, points: (10, 10), expected: "the image builds", actual: "it does"),
            .init(
                id: "only-binary", outcome: .fail, points: (0, 25),
                expected: "the layers above the base add one ELF file and nothing else",
                actual: "3 files", place: "Dockerfile:7",
                evidence: ["/hello.c, 120B, by `COPY . /` (line 7)", "/evil\u{1B}[31m, 1kB"],
                advice: "copy only the program: `COPY --from=compiler /hello /hello`"),
            .init(id: "smaller", outcome: .skipped, points: (0, 10)),
            .init(id: "runs", outcome: .skipped, points: (0, 25)),
            .init(id: "probe", outcome: .error, expected: "a run", actual: "no sandbox here"),
        ],
        integrity: [.init(id: "from-source", outcome: .review, actual: "the program equals a file of the context")],
        sizes: SizeChart([
            .init(label: "base", bytes: 117_840_000, shared: 117_840_000),
            .init(label: "single-stage", bytes: 316_000_000, shared: 117_840_000),
            .init(label: "yours", bytes: 117_856_900, shared: 117_840_000),
        ]),
        seconds: 3.21, cachedSteps: 5, totalSteps: 7, next: ["edit Dockerfile and run `lesson check` again"])

    @Test(arguments: [40, 80, 120])
    func looksAsRecorded(width: Int) throws {
        let terminal = Terminal(width: width)
        try Golden.expect(terminal.text(Self.failing.lines(terminal)), equals: "Verdicts/\(width).txt")
    }

    @Test(arguments: [40, 60, 72, 80, 100, 102, 200])
    func leavesNoLineForTheTerminalToBreak(width: Int) {
        var display = Self.failing
        // The evidence and the advice may hold words that no line is wide enough for.
        for index in display.checks.indices {
            (display.checks[index].evidence, display.checks[index].advice) = ([], nil)
        }
        for line in display.lines(Terminal(width: width)) { #expect(line.width <= width, "\(line)") }
    }

    @Test func looksAsRecordedInASCII() throws {
        let terminal = Terminal(isASCII: true, width: 80)
        let text = terminal.text(Self.failing.lines(terminal))
        #expect(text.unicodeScalars.allSatisfy { $0.isASCII })
        try Golden.expect(text, equals: "Verdicts/80.ascii.txt")
    }

    @Test func looksAsRecordedInColour() throws {
        let terminal = Terminal(isInteractive: true, usesColour: true, width: 80)
        try Golden.expect(terminal.text(Self.failing.lines(terminal)), equals: "Verdicts/80.colour.txt")
    }

    @Test func namesEveryStatusInAWord() {
        let terminal = Terminal(width: 80)
        let text = terminal.text(Self.failing.lines(terminal))
        for word in ["pass", "FAIL", "skipped", "ERROR", "review"] { #expect(text.contains(word), "\(word)") }
        #expect(!text.contains("\u{1B}"))
    }

    @Test func neverSaysFailWhenItCouldNotRun() {
        let terminal = Terminal(width: 80)
        let display = VerdictDisplay(title: "x", outcome: .error, score: 0, maxScore: 100)
        let text = terminal.text(display.lines(terminal))
        #expect(text.contains("COULD NOT RUN") && !text.contains("FAIL") && !text.contains("0 of 100"))
    }

    @Test(arguments: [(25, "25"), (12.5, "12.5"), (0.05, "0.05"), (-0.5, "-0.5"), (.nan, "-")] as [(Double, String)])
    func showsPoints(_ value: Double, _ expected: String) {
        #expect(points(value) == expected)
    }
}

struct SizeChartTests {
    @Test func showsTheSmallestAdditionThereIs() {
        let chart = SizeChart([.init(label: "yours", bytes: 100_000_001, shared: 100_000_000)])
        let text = Terminal().text(chart.lines(Terminal())[0])
        #expect(text.contains("█▒"))
    }

    @Test func takesNonsense() {
        let chart = SizeChart([.init(label: "x", bytes: -5, shared: 10), .init(label: "y", bytes: .max, shared: .max)])
        #expect(chart.lines(Terminal(width: 20)).count >= 2)
        #expect(SizeChart([]).lines(Terminal()).isEmpty)
    }
}
