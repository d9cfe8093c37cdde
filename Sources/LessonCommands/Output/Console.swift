import Diagnostics
import Glibc
import TerminalUI

/// Where a command's words go: results to standard output, everything else to standard error.
struct Console: Sendable {
    /// What standard output can show.
    let out: Terminal
    /// What standard error can show.
    let err: Terminal
    /// Standard output carries one JSON document and nothing else.
    let isJSON: Bool

    /// A result, set for the terminal or the pipe it goes to.
    func print(_ lines: [StyledLine]) {
        guard !lines.isEmpty else { return }
        Streams.output.write(out.text(lines))
    }

    /// A result of facts and sentences, whose long lines go on below in a narrow window.
    func printFolded(_ lines: [StyledLine]) { print(out.folded(lines)) }

    /// A result in plain words; control characters become visible.
    func print(_ text: String) {
        Streams.output.write(SafeText(block: text).description + "\n")
    }

    /// A result of several lines with its own line ends; control characters become visible.
    func printText(_ text: String) {
        Streams.output.write(SafeText(block: text).description)
    }

    /// A JSON document that is text already.
    func printJSON(_ text: String) {
        Streams.output.write(JSONOutput.visible(text) + "\n")
    }

    /// A result as JSON.
    func json(_ value: some Encodable) throws {
        Streams.output.write(try JSONOutput.text(value) + "\n")
    }

    /// A message on the side.
    func note(_ text: String) {
        note([StyledLine(text)])
    }

    /// Messages on the side.
    func note(_ lines: [StyledLine]) {
        Streams.error.write(err.text(lines))
    }

    /// Nobody sits at standard input.
    var isInputPiped: Bool { isatty(STDIN_FILENO) != 1 }

    /// A line that changes while something is going on.
    func progress() -> ProgressLine {
        ProgressLine(terminal: err) { Streams.error.write($0) }
    }

    /// Says what went wrong: on standard output as JSON where that was asked for, else on standard error.
    func error(_ wording: ErrorWording) {
        if isJSON {
            Streams.output.write(wording.json + "\n")
        } else {
            Streams.error.write(err.text(wording.lines(err)))
        }
    }
}

extension Terminal {
    /// No terminal at all.
    static let plain = Terminal()
}
