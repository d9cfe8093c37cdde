import Glibc
import TerminalUI

/// A question to whoever sits at the terminal.
enum Question {
    /// Asks and waits; only `y` and `yes` mean yes. Where nobody can be asked it is an error, never a yes.
    /// - Parameter otherwise: how to go on without being asked.
    static func confirm(_ question: String, _ console: Console, otherwise: String) throws -> Bool {
        guard isatty(STDIN_FILENO) == 1, console.err.isInteractive, !console.isJSON else {
            throw CommandError(
                "not-confirmed", "nobody can be asked here, as this is no terminal", hint: otherwise, status: .usage)
        }
        Streams.error.write("\(question) [y/N] ")
        guard let answer = readLine() else {
            Streams.error.write("\n")
            return false
        }
        return ["y", "yes"].contains(answer.lowercased().filter { !$0.isWhitespace })
    }
}
