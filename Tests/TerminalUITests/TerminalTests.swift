import Synchronization
import Testing

@testable import TerminalUI

struct TerminalDetectionTests {
    struct Case: CustomTestStringConvertible {
        var isTerminal: Bool
        var choice: ColourChoice = .auto
        var environment: [String: String] = [:]
        var colour: Bool
        var ascii = false
        var testDescription: String { "\(isTerminal ? "terminal" : "pipe") \(choice) \(environment)" }
    }

    @Test(arguments: [
        Case(isTerminal: true, colour: true),
        Case(isTerminal: false, colour: false),
        Case(isTerminal: true, environment: ["NO_COLOR": "1"], colour: false),
        Case(isTerminal: true, environment: ["NO_COLOR": ""], colour: true),
        Case(isTerminal: true, choice: .never, colour: false),
        Case(isTerminal: false, choice: .always, colour: true),
        Case(isTerminal: true, choice: .always, environment: ["NO_COLOR": "1"], colour: true),
        Case(isTerminal: true, environment: ["TERM": "dumb"], colour: false),
        Case(isTerminal: true, environment: ["LANG": "C"], colour: true, ascii: true),
        Case(isTerminal: true, environment: ["LC_ALL": "C.UTF-8", "LANG": "C"], colour: true),
        Case(isTerminal: true, environment: ["LANG": "de_DE.utf8@euro"], colour: true),
    ])
    func decides(_ one: Case) {
        let terminal = Terminal.detect(isInteractive: one.isTerminal, size: (80, 24), colour: one.choice) {
            one.environment[$0]
        }
        #expect(terminal.usesColour == one.colour)
        #expect(terminal.isASCII == one.ascii)
    }

    @Test(
        arguments: [
            (nil, [:], 80), ((132, 50), [:], 132), ((132, 50), ["COLUMNS": "60"], 60), ((0, 0), [:], 80),
            ((132, 50), ["COLUMNS": "nonsense"], 132), ((3, 2), [:], 20), (nil, ["COLUMNS": "99999999"], 1000),
        ] as [((Int, Int)?, [String: String], Int)])
    func takesTheWidth(_ size: (Int, Int)?, _ environment: [String: String], _ width: Int) {
        let terminal = Terminal.detect(isInteractive: true, size: size.map { ($0.0, $0.1) }) { environment[$0] }
        #expect(terminal.width == width)
    }
}

struct ProgressLineTests {
    private func record(_ terminal: Terminal, _ work: (ProgressLine) -> Void) -> String {
        let written = Mutex("")
        let box = Box(written: written)
        work(ProgressLine(terminal: terminal) { text in box.append(text) })
        return box.text
    }

    private final class Box: Sendable {
        private let written: Mutex<String>
        init(written: consuming Mutex<String>) { self.written = written }
        func append(_ text: String) { written.withLock { $0 += text } }
        var text: String { written.withLock { $0 } }
    }

    @Test func saysNothingThatChangesWhereThereIsNoTerminal() {
        let text = record(Terminal()) { progress in
            progress.update("building")
            progress.tick()
            progress.message("step 1")
            progress.finish()
        }
        #expect(text == "step 1\n")
    }

    @Test func leavesNothingBehindOnATerminal() {
        let text = record(Terminal(isInteractive: true, width: 30)) { progress in
            progress.update("a status that is much longer than the terminal is wide\u{1B}[2J")
            progress.message("done with one")
            progress.finish()
            progress.update("too late")
        }
        #expect(text.hasSuffix("\r\u{1B}[K"))
        #expect(!text.contains("\u{1B}[2J") && !text.contains("too late") && !text.contains("\u{1B}[?25l"))
        for line in text.split(separator: "\n").flatMap({ $0.split(separator: "\r") }) {
            #expect(DisplayWidth.of(String(line.replacing("\u{1B}[K", with: ""))) < 30)
        }
    }
}
