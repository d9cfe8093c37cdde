import Foundation
import Testing

/// A class of submissions and what `lesson grade` says of them, in one run.
struct GradedClass: Sendable {
    struct Check: Decodable, Sendable {
        var id: String
        var verdict: String
        var actual: String
        var advice: String?
    }

    struct Integrity: Decodable, Sendable {
        var id: String
        var verdict: String
        var evidence: [String]
    }

    struct Entry: Decodable, Sendable {
        var id: String
        var verdict: String
        var score: Int
        var maxScore: Int
        var checks: [Check]
        var integrity: [Integrity]
    }

    private struct Report: Decodable {
        var submissions: [Entry]
    }

    var entries: [String: Entry]
    /// Each entry's document, one line per value, without what differs from run to run: the time that it took, what came
    /// from a cache, and where it lies.
    var documents: [String: String]

    /// A store with the base images, and a program that was compiled outside of any build.
    final class Room {
        let learner: Learner
        let program: URL

        init() throws {
            learner = try Learner()
            let script = try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/verdicts/make-bases")
            let bases = learner.folder.appendingPathComponent("bases")
            try FileManager.default.createDirectory(at: bases, withIntermediateDirectories: true)
            try Self.start("/bin/sh", [script.path, bases.path])
            for name in ["debian", "debian-gcc"] {
                let made = try learner.run([
                    "docker", "import", "-c", "CMD [\"sh\"]", "-c", "ENV PATH=/usr/local/bin:/usr/bin:/bin",
                    bases.appendingPathComponent("\(name).tar").path, name,
                ])
                try #require(made.status == 0, "\(made.error)")
            }
            try FileManager.default.removeItem(at: bases)
            program = learner.folder.appendingPathComponent("program")
            let source = learner.folder.appendingPathComponent("program.c")
            try "#include <unistd.h>\nint main(void) { return write(1, \"Hello, world!\\n\", 14) != 14; }\n".write(
                to: source, atomically: true, encoding: .utf8)
            try Self.start("/usr/bin/gcc", ["-Os", "-o", program.path, source.path])
        }

        private static func start(_ path: String, _ arguments: [String]) throws {
            let process = try Process.run(URL(fileURLWithPath: path), arguments: arguments)
            process.waitUntilExit()
            try #require(process.terminationStatus == 0, "\(path) \(arguments)")
        }
    }

    /// Hands in all cases and grades them.
    init(
        _ cases: [SubmissionCase], lesson: String, exercise: String? = nil, in room: Room, folder: String = "class",
        environment: [String: String] = [:]
    ) throws {
        let place = room.learner.folder.appendingPathComponent(folder)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        for one in cases { try one.handIn(to: place.appendingPathComponent(one.name), program: room.program) }
        var arguments = ["grade", place.path, "--lesson", lesson, "--json"]
        if let exercise { arguments += ["--exercise", exercise] }
        let run = try room.learner.run(arguments, environment: environment)
        try #require(run.status == 0, "\(run.error)")
        let data = Data(run.output.utf8)
        let report = try JSONDecoder().decode(Report.self, from: data)
        entries = Dictionary(report.submissions.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        documents = [:]
        let whole = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        for var entry in try #require(whole["submissions"] as? [[String: Any]]) {
            let id = try #require(entry["id"] as? String)
            for key in ["seconds", "cachedSteps", "path"] { entry[key] = nil }
            let text = try JSONSerialization.data(
                withJSONObject: entry, options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
            documents[id] = String(decoding: text, as: UTF8.self)
        }
    }

    /// Compares what was found with what is fair, check by check.
    func expect(_ one: SubmissionCase) throws {
        let expected = one.expected
        let entry = try #require(entries[one.name], "not graded")
        let document = try #require(documents[one.name])
        #expect(entry.verdict == expected.verdict, "\(document)")
        #expect(entry.score == expected.score, "\(document)")
        let fails = expected.fails ?? []
        for (index, check) in entry.checks.enumerated() {
            let wanted: String
            if expected.verdict == "error" {
                wanted = index == 0 ? "error" : "skipped"
            } else if fails.contains("built") {
                wanted = check.id == "built" ? "fail" : "skipped"
            } else {
                wanted =
                    fails.contains(check.id) ? "fail" : expected.skips?.contains(check.id) == true ? "skipped" : "pass"
            }
            #expect(check.verdict == wanted, "\(one.name): \(check.id): \(check.actual)")
            // Who fails is told what to do next.
            if check.verdict == "fail" { #expect(check.advice?.isEmpty == false, "\(one.name): \(check.id)") }
        }
        if let integrity = expected.integrity {
            #expect(entry.integrity.first?.verdict == integrity, "\(one.name): \(entry.integrity)")
        }
        // As a person reads it: JSON's own escapes undone.
        let text = document.replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
        for part in expected.says ?? [] { #expect(text.contains(part), "no \(part) in \(text)") }
        // Nothing that a terminal would obey.
        #expect(!document.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x7F })
    }
}
