import Checks
import Grading
import TerminalUI

/// A class at a glance, for a terminal: a row for each submission, a column for each check.
struct GradeTable {
    private let report: GradeReport
    private let table: ReportTable

    init(_ report: GradeReport) {
        self.report = report
        table = ReportTable(report)
    }

    func lines(_ terminal: Terminal) -> [StyledLine] {
        let rows = table.rows.map { row in
            row.enumerated().map { column, cell in [Span(cell, column == 0 ? .plain : Self.style(cell))] }
        }
        let header = table.header.map { [Span($0)] }
        let summary = report.summary
        return TextTable(header: header, rows: rows).lines(width: terminal.isInteractive ? terminal.width : nil)
            + [
                StyledLine(),
                StyledLine(
                    "\(summary.total) submission\(summary.total == 1 ? "" : "s"): \(summary.pass) pass, \(summary.fail) fail, \(summary.error) could not be graded"
                ),
            ]
    }

    private static func style(_ word: String) -> Style {
        switch word {
        case "pass", "ok": Style(colour: .green)
        case "fail", "flagged": .fail
        case "error": .error
        case "review": .warning
        case "skipped": .muted
        default: .plain
        }
    }
}
