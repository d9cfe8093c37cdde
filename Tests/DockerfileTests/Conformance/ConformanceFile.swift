import Foundation
import Testing

@testable import Dockerfile

/// A file of recorded cases, one JSON object a line; outside the project, named by `LESSON_CONFORMANCE`.
struct ConformanceFile {
    var rows: [[String: Any]]

    static var folder: String? { ProcessInfo.processInfo.environment["LESSON_CONFORMANCE"] }

    init(_ name: String) throws {
        let folder = try #require(Self.folder)
        let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/parser/" + name))
        rows = try data.split(separator: UInt8(ascii: "\n")).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
        }
    }

    /// Judges each row: the closure returns what is wrong, nil when nothing is. Prints the score, fails on any miss.
    func judge(_ title: String, _ wrong: ([String: Any]) -> String?) {
        var good = 0
        var aside = 0
        for row in rows {
            if ["raw_quotes", "raw_escapes", "skip_process_quotes", "skip_unset"].contains(where: { row[$0] != nil }) {
                aside += 1
            }
            if let what = wrong(row) {
                print("\(title): \(row["id"] ?? "?"): \(what)")
                Issue.record("\(row["id"] ?? "?"): \(what)")
            } else {
                good += 1
            }
        }
        print("score \(title): \(good)/\(rows.count)" + (aside > 0 ? ", \(aside) of them with inner switches" : ""))
    }
}
