import Glibc
import TerminalUI

/// Shows an inspection on a terminal until somebody has seen enough.
struct FullScreenView {
    private let report: InspectionReport

    init(_ report: InspectionReport) {
        self.report = report
    }

    /// Says early that there is no terminal to fill.
    static func require(_ console: Console) throws(CommandError) {
        guard console.out.isInteractive, isatty(STDIN_FILENO) == 1 else { throw noTerminal }
    }

    private static var noTerminal: CommandError {
        CommandError(
            "no-terminal", "--full-screen needs a terminal",
            hint: "leave it out for tables, or use --tree or --json", status: .usage)
    }

    func run(_ console: Console) async throws {
        guard let screen = Screen(input: STDIN_FILENO, output: STDOUT_FILENO, terminal: console.out) else {
            throw Self.noTerminal
        }
        defer { screen.close() }
        var view = InspectionView(report, glyphs: console.out.glyphs)
        while true {
            // A signal cancels the task: the terminal is given back before the program ends.
            try Task.checkCancellation()
            screen.draw(view.lines(columns: screen.size.columns, lines: screen.size.lines))
            switch screen.next(milliseconds: 200) {
            case .key(let key): if !view.handle(key) { return }
            case .resized, .none: break
            case .ended: return
            }
        }
    }
}
