import Checks
import Diagnostics
import Grading
import TerminalUI

/// Who is worth something else now, for a person or a spreadsheet.
struct ScoreChangeTable {
    let rescored: GradeReport.Rescored
    /// Nothing was kept.
    let isDry: Bool

    func lines(_ terminal: Terminal) -> [StyledLine] {
        let changes = rescored.changes
        let total = changes.count + rescored.unchanged
        var lines: [StyledLine] = []
        if !changes.isEmpty {
            lines += TextTable(
                header: ["submission", "before", "now", "difference", "verdict"],
                rows: changes.map { change in
                    [
                        SafeText(line: change.student ?? change.id).description,
                        "\(change.oldScore)/\(change.oldMaxScore)", "\(change.newScore)/\(change.newMaxScore)",
                        (change.difference > 0 ? "+" : "") + "\(change.difference)",
                        change.oldVerdict == change.newVerdict
                            ? change.newVerdict.rawValue
                            : "\(change.oldVerdict.rawValue), now \(change.newVerdict.rawValue)",
                    ]
                }, alignments: [.left, .right, .right, .right, .left]
            ).lines(width: terminal.isInteractive ? terminal.width : nil)
        }
        let words =
            "\(changes.count) of \(total) judged again from what was seen change" + (isDry ? "; nothing was kept" : "")
        lines.append(StyledLine(words))
        if rescored.examined > 0 {
            lines.append(StyledLine("\(rescored.examined) \(isDry ? "would have to be" : "had to be") examined"))
        }
        return lines
    }

    /// RFC 4180, no cell a formula.
    var csv: String {
        let header = [
            "submission", "student", "old score", "new score", "old max", "new max", "old verdict", "new verdict",
        ]
        let rows = rescored.changes.map { change in
            [
                change.id, change.student ?? "", "\(change.oldScore)", "\(change.newScore)", "\(change.oldMaxScore)",
                "\(change.newMaxScore)", change.oldVerdict.rawValue, change.newVerdict.rawValue,
            ]
        }
        return ([header] + rows).map { row in row.map { SafeText(line: $0).csv }.joined(separator: ",") + "\r\n" }
            .joined()
    }
}
