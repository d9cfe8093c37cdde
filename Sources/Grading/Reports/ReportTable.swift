import Checks
import Diagnostics

/// A batch as a table of plain text: a row for each submission, a column for each check.
package struct ReportTable: Sendable {
    /// The head of the table.
    package let header: [String]
    /// As many cells in each as in the header, safe to show.
    package let rows: [[String]]

    package init(_ report: GradeReport) {
        let checks = report.submissions.first?.verdict.checks.map(\.id) ?? []
        let integrity = report.submissions.first?.verdict.integrity.map(\.id) ?? []
        header = ["submission", "verdict", "score"] + checks + integrity
        rows = report.submissions.map { submission in
            let verdict = submission.verdict
            return [
                Wording.clipped(submission.id, 40), verdict.verdict.rawValue, "\(verdict.score)/\(verdict.maxScore)",
            ]
                + checks.map { id in verdict.checks.first { $0.id == id }?.verdict.rawValue ?? "" }
                + integrity.map { id in verdict.integrity.first { $0.id == id }?.verdict.rawValue ?? "" }
        }
    }

    /// Columns two blanks apart, a line end after each row.
    package var text: String {
        let widths = header.indices.map { column in
            ([header] + rows).map { $0[column].unicodeScalars.count }.max() ?? 0
        }
        return ([header] + rows).map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                if column + 1 < row.count {
                    line += String(repeating: " ", count: widths[column] - cell.unicodeScalars.count + 2)
                }
            }
            return line + "\n"
        }.joined()
    }

    /// RFC 4180, no cell a formula.
    package var csv: String {
        ([header] + rows).map { row in row.map { SafeText(line: $0).csv }.joined(separator: ",") + "\r\n" }.joined()
    }
}
