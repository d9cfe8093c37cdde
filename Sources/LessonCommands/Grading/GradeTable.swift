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
            ] + reasons()
    }

    /// Who has to do what where there is no verdict, and what a person should look at.
    private func reasons() -> [StyledLine] {
        var ungraded = Reasons()
        var doubts = Reasons()
        for submission in report.submissions {
            if let error = submission.verdict.error {
                let place = error.file.map { file in error.line.map { " (\(file):\($0))" } ?? " (\(file))" } ?? ""
                ungraded.add(error.message + place, next: error.remedy, of: submission.id)
            }
            for result in submission.verdict.integrity where result.verdict == .flagged || result.verdict == .review {
                doubts.add(
                    "\(result.verdict.rawValue): \(result.evidence.first ?? result.id)", next: nil, of: submission.id)
            }
        }
        return ungraded.lines("not graded, which is no attempt") + doubts.lines("for a person to look at")
    }

    /// Submissions by what is said of them.
    private struct Reasons {
        private var words: [(message: String, next: String?, ids: [String])] = []
        private var index: [String: Int] = [:]

        private static let shown = 5

        mutating func add(_ message: String, next: String?, of id: String) {
            if let known = index[message] {
                words[known].ids.append(id)
            } else {
                index[message] = words.count
                words.append((message, next, [id]))
            }
        }

        func lines(_ title: String) -> [StyledLine] {
            guard !words.isEmpty else { return [] }
            var lines = [StyledLine(), StyledLine(title, .strong)]
            for (message, next, ids) in words {
                let more = ids.count > Self.shown ? " and \(ids.count - Self.shown) more" : ""
                lines.append(
                    StyledLine([
                        Span("  " + ids.prefix(Self.shown).joined(separator: ", ") + more),
                        Span("  \(message)", .muted),
                    ]))
                if let next { lines.append(StyledLine("      \(next)")) }
            }
            return lines
        }
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
