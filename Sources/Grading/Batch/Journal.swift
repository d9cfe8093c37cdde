package import Checks
import FoundationEssentials
import GRDB
import Lessons
import OCI
import SystemPackage

/// What a batch has seen so far, and apart from it what it gave for it: a run that was cut off goes on where it was, and
/// a changed rubric is applied to what was seen. It lies in the folder of results, which no submission's build can reach.
package final class Journal: Sendable {
    private let database: DatabaseQueue

    /// Opens `journal.sqlite` in a folder, making both when they are not there.
    package convenience init(folder: String) throws(Ungradable) {
        do throws(LocalFiles.Failure) {
            try LocalFiles.makeFolders(FilePath(folder))
        } catch {
            throw Self.unusable(folder, error.errno.description.lowercased())
        }
        try self.init(database: folder)
    }

    /// Opens the journal of a folder; nil when there is none.
    package convenience init?(existing folder: String) throws(Ungradable) {
        guard FileManager.default.fileExists(atPath: folder + "/journal.sqlite") else { return nil }
        try self.init(database: folder)
    }

    private init(database folder: String) throws(Ungradable) {
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(30)
            database = try DatabaseQueue(path: folder + "/journal.sqlite", configuration: configuration)
            try database.write { database in
                try database.execute(
                    sql: """
                        CREATE TABLE IF NOT EXISTS observed (
                            id TEXT NOT NULL PRIMARY KEY, fingerprint TEXT NOT NULL, questions BLOB NOT NULL,
                            observations BLOB NOT NULL
                        );
                        CREATE TABLE IF NOT EXISTS scored (id TEXT NOT NULL PRIMARY KEY, entry BLOB NOT NULL);
                        DROP TABLE IF EXISTS graded;
                        """)
            }
        } catch {
            throw Self.unusable(folder, (error as? DatabaseError)?.message ?? "\(error)")
        }
    }

    private static func unusable(_ folder: String, _ reason: String) -> Ungradable {
        Ungradable(
            .fault, message: "cannot keep a journal in \(Wording.clipped(folder, 200)): \(reason)",
            remedy: "choose another folder with `--out`")
    }

    /// What was seen of a submission.
    struct Seen: Sendable {
        var observations: Observations
        /// What was asked when it was examined.
        var questions: Set<String>
        /// What it was given last.
        var entry: GradedSubmission?
    }

    /// What was seen of a submission with the same fingerprint; nil when it was never examined.
    func seen(_ id: String, fingerprint: String) -> Seen? {
        let row = try? database.read { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT observed.questions, observed.observations, scored.entry FROM observed
                    LEFT JOIN scored ON scored.id = observed.id WHERE observed.id = ? AND fingerprint = ?
                    """, arguments: [id, fingerprint]
            ).map { ($0["questions"] as Data, $0["observations"] as Data, $0["entry"] as Data?) }
        }
        let decoder = JSONDecoder()
        // What another version wrote is as if it were not there.
        guard let (questions, observations, entry) = row ?? nil,
            let asked = try? decoder.decode(Set<String>.self, from: questions),
            let seen = try? decoder.decode(Observations.self, from: observations)
        else { return nil }
        return Seen(
            observations: seen, questions: asked,
            entry: entry.flatMap { try? decoder.decode(GradedSubmission.self, from: $0) })
    }

    /// Keeps what was seen and what was given for it. What could not be judged is not kept: it is graded again.
    func record(
        _ entry: GradedSubmission, observations: Observations, questions: Set<String>, fingerprint: String
    ) throws(Ungradable) {
        guard entry.verdict.verdict != .error else { return }
        try write { database, encoder in
            try database.execute(
                sql: "INSERT OR REPLACE INTO observed (id, fingerprint, questions, observations) VALUES (?, ?, ?, ?)",
                arguments: [
                    entry.id, fingerprint, try encoder.encode(questions.sorted()), try encoder.encode(observations),
                ])
            try database.execute(
                sql: "INSERT OR REPLACE INTO scored (id, entry) VALUES (?, ?)",
                arguments: [entry.id, try encoder.encode(entry)])
        }
    }

    /// Keeps what is given now; what was seen stays.
    package func rescore(_ entry: GradedSubmission) throws(Ungradable) {
        try write { database, encoder in
            try database.execute(
                sql: "INSERT OR REPLACE INTO scored (id, entry) VALUES (?, ?)",
                arguments: [entry.id, try encoder.encode(entry)])
        }
    }

    private func write(_ body: (Database, JSONEncoder) throws -> Void) throws(Ungradable) {
        do {
            let encoder = JSONEncoder()
            try database.write { try body($0, encoder) }
        } catch {
            throw Ungradable(.fault, message: "the journal cannot be written: \(error)", remedy: "is the disk full?")
        }
    }
}
