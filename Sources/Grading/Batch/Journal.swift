package import Checks
import FoundationEssentials
import GRDB
import OCI
import SystemPackage

/// What a batch has graded so far, kept so that a run that was cut off goes on where it was. It lies in the folder of
/// results, which no submission's build can reach.
package final class Journal: Sendable {
    private let database: DatabaseQueue

    /// Opens `journal.sqlite` in a folder, making both when they are not there.
    package init(folder: String) throws(Ungradable) {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            var configuration = Configuration()
            configuration.busyMode = .timeout(30)
            database = try DatabaseQueue(path: folder + "/journal.sqlite", configuration: configuration)
            try database.write { database in
                try database.execute(
                    sql: """
                        CREATE TABLE IF NOT EXISTS graded (
                            id TEXT NOT NULL, fingerprint TEXT NOT NULL, entry BLOB NOT NULL, observations BLOB,
                            PRIMARY KEY (id)
                        )
                        """)
            }
        } catch {
            throw Ungradable(
                .fault, message: "cannot keep a journal in \(Wording.clipped(folder, 200)): \(error)",
                remedy: "choose another folder with `--out`")
        }
    }

    /// The entry of a submission that was graded with the same files and the same rubric; nil when it must be graded.
    package func entry(_ id: String, fingerprint: String) -> GradedSubmission? {
        let data = try? database.read { database in
            try Data.fetchOne(
                database, sql: "SELECT entry FROM graded WHERE id = ? AND fingerprint = ?",
                arguments: [id, fingerprint])
        }
        return data.flatMap { $0 }.flatMap { try? JSONDecoder().decode(GradedSubmission.self, from: $0) }
    }

    /// Keeps an entry. What could not be judged is not kept: it is graded again.
    package func record(
        _ entry: GradedSubmission, observations: Observations?, fingerprint: String
    ) throws(Ungradable) {
        guard entry.verdict.verdict != .error else { return }
        do {
            let encoder = JSONEncoder()
            let data = try encoder.encode(entry)
            let seen = try observations.map { try encoder.encode($0) }
            try database.write { database in
                try database.execute(
                    sql: "INSERT OR REPLACE INTO graded (id, fingerprint, entry, observations) VALUES (?, ?, ?, ?)",
                    arguments: [entry.id, fingerprint, data, seen])
            }
        } catch {
            throw Ungradable(.fault, message: "the journal cannot be written: \(error)", remedy: "is the disk full?")
        }
    }

    /// The observations of all submissions, to be judged anew by a changed rubric.
    package func observations() throws(Ungradable) -> [(id: String, observations: Observations)] {
        do {
            let rows = try database.read { database in
                try Row.fetchAll(
                    database, sql: "SELECT id, observations FROM graded WHERE observations IS NOT NULL ORDER BY id")
            }
            return try rows.map { row in
                let data: Data = row["observations"]
                return (row["id"], try JSONDecoder().decode(Observations.self, from: data))
            }
        } catch {
            throw Ungradable(.fault, message: "the journal cannot be read: \(error)")
        }
    }
}
