import Foundation
import Testing

/// The documents of `lesson check --json` and `lesson grade` to the letter, in each kind of verdict, and what a changed
/// rubric does to them.
struct GradingContractTests {
    private static let solved = """
        FROM busybox:1 AS writer
        COPY greeting.txt /draft
        RUN cp /draft /final
        FROM busybox:1
        COPY --from=writer /final /greeting.txt
        CMD ["cat", "/greeting.txt"]

        """

    private let learner: Learner

    init() throws {
        learner = try Learner()
        try learner.addLesson()
    }

    private static func isNumber(_ value: Any?) -> Bool {
        guard let value = value as? NSNumber else { return false }
        // JSON's true is a number too, for Foundation: a char.
        return !["c", "B"].contains(String(cString: value.objCType))
    }

    private func expectResult(_ object: [String: Any], _ verdict: String) throws {
        #expect(object["lesson"] as? String == "greeting" && object["exercise"] as? String == "relay")
        #expect(object["verdict"] as? String == verdict)
        for key in ["score", "maxScore", "seconds", "cachedSteps", "totalSteps"] {
            #expect(Self.isNumber(object[key]), "\(key)")
        }
        for key in ["image"] where object[key] != nil { #expect(object[key] is String) }
        if verdict != "error" { #expect(object["image"] is String) }
        let sizes = try #require(object["sizes"] as? [String: Any])
        #expect(Set(sizes.keys) == ["base", "singleStage", "final", "addedOverBase"])
        #expect(sizes.values.allSatisfy { $0 is NSNull || Self.isNumber($0) })
        let checks = try #require(object["checks"] as? [[String: Any]])
        #expect(checks.count == 3)
        for check in checks {
            for key in ["id", "kind", "verdict", "expected", "actual"] { #expect(check[key] is String, "\(key)") }
            #expect(["pass", "fail", "error", "skipped"].contains(check["verdict"] as? String))
            #expect(Self.isNumber(check["weight"]))
            #expect(check["evidence"] is [String])
            for key in ["advice", "file"] where check[key] != nil { #expect(check[key] is String, "\(key)") }
            if let line = check["line"] { #expect(Self.isNumber(line)) }
        }
        let integrity = try #require(object["integrity"] as? [[String: Any]])
        for one in integrity {
            #expect(one["id"] is String && one["evidence"] is [String])
            #expect(["ok", "flagged", "review", "skipped"].contains(one["verdict"] as? String))
        }
    }

    private func document(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func checksAsPromised() throws {
        _ = try learner.run(["start", "greeting", "work"])
        for (dockerfile, verdict, status) in [
            (Self.solved, "pass", Int32(0)), ("FROM busybox:1\n", "fail", 1), (nil, "error", 2),
        ] as [(String?, String, Int32)] {
            if let dockerfile {
                try learner.write(dockerfile, to: "work/Dockerfile")
            } else {
                try FileManager.default.removeItem(at: learner.folder.appendingPathComponent("work/Dockerfile"))
            }
            let outcome = try learner.run(["check", "--json"], in: "work")
            #expect(outcome.status == status, "\(outcome.error)")
            try expectResult(try document(outcome.output), verdict)
        }
    }

    @Test func gradesAsPromisedAndJudgesAgainWithoutBuilding() throws {
        for (name, dockerfile) in [("ann", Self.solved), ("bob", "FROM busybox:1\nCOPY greeting.txt /\n")] {
            try learner.write(dockerfile, to: "class/\(name)/Dockerfile")
            try learner.write("Hello from the second stage\n", to: "class/\(name)/greeting.txt")
        }
        try learner.write("nothing", to: "class/eve/notes.txt")
        let grade = ["grade", "class", "--lesson", "greeting", "--out", "out", "--json"]
        let first = try learner.run(grade)
        #expect(first.status == 0, "\(first.error)")
        let report = try document(first.output)
        for key in ["lesson", "started", "finished"] { #expect(report[key] is String, "\(key)") }
        let summary = try #require(report["summary"] as? [String: Int])
        #expect(summary == ["total": 3, "pass": 1, "fail": 1, "error": 1])
        let entries = try #require(report["submissions"] as? [[String: Any]])
        #expect(entries.map { $0["id"] as? String } == ["ann", "bob", "eve"])
        for (entry, verdict) in zip(entries, ["pass", "fail", "error"]) {
            #expect(entry["path"] is String)
            try expectResult(entry, verdict)
        }
        #expect(entries[1]["score"] as? Int == 20)

        // Other weights; and no store at all, so that whatever were built could not be.
        try FileManager.default.removeItem(at: learner.folder.appendingPathComponent("class/eve"))
        let manifest = try learner.read("Lessons/greeting/lesson.yml")
        let changed = manifest.replacing("kind: builds, points: 20", with: "kind: builds, points: 50")
            .replacing("min: 2, points: 40", with: "min: 2, points: 10")
        #expect(changed != manifest)
        try learner.write(changed, to: "Lessons/greeting/lesson.yml")
        // Set aside, for what belongs to subordinate ids only the engine can remove.
        let home = learner.folder.appendingPathComponent("home")
        try FileManager.default.moveItem(at: home, to: learner.folder.appendingPathComponent("no-home"))
        let preview = try document(try learner.run(grade + ["--dry-run"]).output)
        let previewed = try #require(preview["changes"] as? [[String: Any]])
        #expect(previewed.map { $0["id"] as? String } == ["bob"])
        #expect(preview["toExamine"] as? [String] == [])
        let second = try learner.run(grade)
        #expect(second.status == 0, "\(second.error)")
        let rescored = try #require(try document(second.output)["rescored"] as? [String: Any])
        let changes = try #require(rescored["changes"] as? [[String: Any]])
        #expect(changes.map { $0["oldScore"] as? Int } == [20] && changes.map { $0["newScore"] as? Int } == [50])
        #expect(rescored["unchanged"] as? Int == 1 && rescored["examined"] as? Int == 0)
        #expect(try learner.read("out/changes.csv").contains("bob,,20,50,100,100,fail,fail"))
        #expect(!FileManager.default.fileExists(atPath: home.path), "something opened the store")

        // A check that needs to look at something new is not answered from memory.
        try learner.write(
            changed.replacing(
                "    hints:", with: "      - {id: kept, kind: file, path: /greeting.txt, points: 0}\n    hints:"),
            to: "Lessons/greeting/lesson.yml")
        let asked = try document(try learner.run(grade + ["--dry-run"]).output)
        #expect(asked["toExamine"] as? [String] == ["ann", "bob"])
    }
}
