import Foundation
import Testing

/// What scripts may rely on: statuses, one JSON document on standard output, no escape codes in a pipe.
struct ContractTests {
    /// The runtime cannot say so itself: it waits for ever, or ends without a word.
    @Test func aShellThatGrantsTooFewAddressesIsTold() throws {
        let learner = try Learner()
        for (limit, status) in [(200_000, Int32(2)), (450_000, 2), (1_000_000, 0)] {
            let outcome = try learner.run(
                URL(fileURLWithPath: "/bin/sh"),
                ["-c", "ulimit -v \(limit); exec \"$0\" docker images -q", learner.executable.path])
            #expect(outcome.status == status, "\(limit): \(outcome)")
            #expect(outcome.error.contains("ulimit -v unlimited") == (status != 0), "\(limit): \(outcome)")
        }
    }

    @Test(
        arguments: [
            (["--version"], 0), (["list"], 0), (["help"], 0), (["nonsense"], 64), (["next", "--bogus"], 64),
            (["start", "nowhere"], 2),
            (["next"], 2), (["goto"], 64), (["slides", "missing.md"], 2), (["grade", ".", "--lesson", "nowhere"], 2),
            (["docker", "run", "--bogus", "x"], 125), (["docker", "nonsense"], 1), (["completion", "tcsh"], 64),
            (["new", "a b"], 64), (["lint", "missing.md"], 2), (["start", "x", ""], 64), (["start", ""], 64),
            (["bundle", "load", "missing.tar"], 2),
        ] as [([String], Int32)])
    func exitsWith(_ arguments: [String], _ status: Int32) throws {
        let learner = try Learner()
        let outcome = try learner.run(arguments)
        #expect(outcome.status == status, "\(outcome.error)")
        #expect(!outcome.output.contains("\u{1B}") && !outcome.error.contains("\u{1B}"))
        if status != 0 {
            #expect(outcome.output.isEmpty)
            #expect(!outcome.error.isEmpty)
        }
    }

    @Test(arguments: [
        ["next"], ["check"], ["start", "nowhere"], ["goto", "--bogus"], ["slides", "missing.md"], ["reset"],
        ["grade", ".", "--lesson", "nowhere"],
    ])
    func wordsErrorsAsJSON(_ arguments: [String]) throws {
        let outcome = try Learner().run(arguments + ["--json"])
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: [String: Any]])
        let error = try #require(document["error"])
        #expect(error["code"] is String && error["message"] is String)
        #expect(outcome.status != 0)
    }

    @Test func printsADeckAsPromised() throws {
        let learner = try Learner()
        try learner.write("# One\n\n```sh\n$ ls\n```\n--\nmore\n---\nclass: pic\n## Two\n\n???\nnotes\n", to: "deck.md")
        let outcome = try learner.run(["slides", "deck.md", "--json"])
        let deck = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        let slides = try #require(deck["slides"] as? [[String: Any]])
        #expect(deck["title"] as? String == "One")
        #expect(slides.map { $0["fragment"] as? Bool } == [false, true, false])
        #expect(slides.map { $0["number"] as? Int } == [1, 2, 3])
        #expect((slides[0]["fences"] as? [[String: Any]])?.first?["language"] as? String == "sh")
        #expect(slides[2]["classes"] as? [String] == ["pic"])
        #expect((slides[2]["notes"] as? String)?.contains("notes") ?? false)
    }

    @Test func makesALessonThatLintsAndLoads() throws {
        let learner = try Learner()
        #expect(try learner.run(["new", "mine"]).status == 0)
        #expect(try learner.run(["lint", "mine"]).status == 0)
        #expect(try learner.run(["start", "./mine", "work"]).status == 0)
        #expect(try learner.run(["new", "mine"]).status == 1)
    }

    @Test func tellsTheWayToALessonThatWasBegun() throws {
        let learner = try Learner()
        #expect(try learner.run(["new", "mine"]).status == 0)
        let begun = try learner.run(["start", "./mine", "my work"])
        #expect(begun.error.contains("`cd 'my work'`, then `lesson next`"))
        let lost = try learner.run(["next"])
        #expect(lost.status == 2 && lost.error.contains("cd 'my work'"), "\(lost.error)")
        let reset = try learner.run(["reset", "--all"], in: "my work")
        #expect(reset.status == 64 && reset.error.contains("lesson reset --all --yes"), "\(reset.error)")
    }

    @Test func saysWhyThereCanBeNoJournal() throws {
        let learner = try Learner()
        try learner.write("x", to: "file")
        #expect(try learner.run(["new", "mine"]).status == 0)
        let graded = try learner.run(["grade", "mine", "--lesson", "./mine", "--out", "file/results"])
        #expect(graded.status == 2 && graded.error.contains("cannot keep a journal in file/results: not a directory"))
    }

    @Test func keepsPlaceAcrossRuns() throws {
        let learner = try Learner()
        try learner.addLesson()
        _ = try learner.run(["start", "greeting", "work"])
        _ = try learner.run(["goto", "the end"], in: "work")
        #expect(try learner.run(["show"], in: "work").output.contains("slide 3 of 3"))
        #expect(try learner.run(["show", "--notes"], in: "work").output.contains("Say good-bye."))
        #expect(try learner.run(["prev"], in: "work").output.contains("slide 2 of 3"))
        // `run` types what the slide shows, in the workspace.
        #expect(try learner.run(["run"], in: "work").output == "Hello from the second stage\n")
        let list = try learner.run(["start", "greeting", "work"])
        #expect(list.output.contains("slide 2 of 3"))
    }

    /// What the Dockerfile's text tells is told without an engine: none could start in a home that is a file.
    @Test(
        arguments: [
            ("FORM busybox:1\n", 1, "FROM"),
            ("FROM busybox:1 AS a\nFROM busybox:1\nCOPY --from=b2 / /\nCOPYY\n", 1, "COPY"),
            (nil, 2, "write a file named `Dockerfile`"),
        ] as [(String?, Int32, String)])
    func readsBeforeItBuilds(_ dockerfile: String?, _ status: Int32, _ word: String) throws {
        let learner = try Learner()
        try learner.addLesson()
        _ = try learner.run(["start", "greeting", "work"])
        try FileManager.default.removeItem(at: learner.folder.appendingPathComponent("work/Dockerfile"))
        if let dockerfile { try learner.write(dockerfile, to: "work/Dockerfile") }
        try learner.write("", to: "no-home")
        let outcome = try learner.run(
            ["check", "--json"], in: "work",
            environment: ["LESSON_HOME": learner.folder.appendingPathComponent("no-home").path])
        #expect(outcome.status == status, "\(outcome.error)")
        #expect(outcome.output.contains("\"exercise\" : \"relay\""), "\(outcome.output)")
        #expect(outcome.output.contains(word))
    }
}
