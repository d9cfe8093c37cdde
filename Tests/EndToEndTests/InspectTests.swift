import Foundation
import Glibc
import Testing

/// Looking into an image that was built here, saved, and read again: with what a script reads and on a real terminal.
struct InspectTests {
    private let learner: Learner

    private static let dockerfile = """
        FROM busybox:1 AS maker
        COPY greeting.txt /work/greeting.txt
        RUN mv /work/greeting.txt /moved
        FROM busybox:1
        COPY --from=maker /moved /greeting
        RUN chmod 600 /greeting && head -c 5000 /dev/zero > /big
        RUN rm /big && cp /bin/busybox /liar
        CMD ["cat", "/greeting"]

        """

    init() throws {
        learner = try Learner()
        try learner.addLesson()
        _ = try learner.run(["start", "greeting", "work"])
        try learner.write(Self.dockerfile, to: "work/Dockerfile")
        try learner.write("a greeting that is long enough to be told from others\n", to: "work/greeting.txt")
    }

    private func json(_ arguments: [String]) throws -> [String: Any] {
        let outcome = try learner.run(arguments + ["--json"], in: "work")
        #expect(outcome.status == 0, "\(outcome.error)\(outcome.output)")
        return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }

    @Test func explainsInspectsComparesAndLeavesNothingBehind() throws {
        // Moved in one stage, copied, its mode changed in a later step.
        let explained = try json(["explain", "/greeting", "."])
        let origin = try #require(explained["origin"] as? [String: Any])
        let chain = try #require(origin["chain"] as? [[String: Any]])
        #expect(chain.map { $0["line"] as? Int } == [6, 5, 3, 2])
        #expect(chain.map { $0["relation"] as? String } == ["metadata", "copied", "renamed", "copied"])
        #expect(origin["end"] as? String == "context" && origin["from"] as? String == "greeting.txt")
        #expect(explained["mode"] as? String == "0600")
        let liar = try json(["explain", "liar", "Dockerfile"])["origin"] as? [String: Any]
        #expect(liar?["end"] as? String == "base" && liar?["path"] as? String == "/bin/busybox")
        let removed = try json(["explain", "/big", "."])["removed"] as? [String: Any]
        #expect(removed?["line"] as? Int == 7)
        let missing = try learner.run(["explain", "/greting", "."], in: "work")
        #expect(missing.status == 1 && missing.error.contains("/greeting"))

        let inspected = try json(["inspect", "."])
        let sizes = try #require(inspected["sizes"] as? [String: Any])
        // The copy that chmod replaced, and what was deleted; the base is nobody's.
        #expect(sizes["wasted"] as? Int == 5054)
        #expect((inspected["base"] as? [String: Any])?["layers"] as? Int == 1)
        let layers = try #require(inspected["layers"] as? [[String: Any]])
        #expect(layers.map { $0["isBase"] as? Bool } == [true, false, false, false])
        #expect((layers[1]["step"] as? [String: Any])?["line"] as? Int == 5)

        // The same image from an archive: no name is left, and no image that was not there.
        #expect(try learner.run(["docker", "build", "-q", "-t", "kept", "."], in: "work").status == 0)
        #expect(try learner.run(["docker", "save", "-o", "kept.tar", "kept"], in: "work").status == 0)
        #expect(try learner.run(["docker", "rmi", "kept"], in: "work").status == 0)
        let before = try learner.run(["docker", "images", "-a"], in: "work").output
        let archived = try json(["inspect", "kept.tar"])
        #expect((archived["image"] as? [String: Any])?["source"] as? String == "archive")
        #expect((archived["sizes"] as? [String: Any])?["wasted"] as? Int == 5054)
        let same = try json(["compare", "kept.tar", "."])
        #expect(same["equal"] as? Bool == true)
        #expect(try learner.run(["docker", "images", "-a"], in: "work").output == before)

        let other = try learner.run(["compare", "--exit-code", ".", "busybox:1"], in: "work")
        #expect(other.status == 1)
        #expect(other.output.contains("only in A") && other.output.contains("/liar"))
    }

    /// Half a window, beside the editor: words go on below, and only what cannot be broken is longer than a line.
    @Test(arguments: [
        ["inspect", "."], ["inspect", "--tree", "."], ["compare", ".", "busybox:1"], ["explain", "/greeting", "."],
        ["explain", "/big", "."], ["list"], ["lint", "Dockerfile"], ["check"], ["hint"],
    ])
    func fitsANarrowWindow(_ arguments: [String]) throws {
        let outcome = try Pty(
            directory: learner.folder.appendingPathComponent("work"), environment: learner.environment, size: (40, 30)
        ).run(learner.executable.path, arguments)
        let lines = outcome.text.split(separator: "\n")
        #expect(!lines.isEmpty, "\(outcome.output)")
        // A tree's branches belong to its words, and a line that changes ends where the next is drawn.
        for line in lines where line.count > 40 {
            let words = line.split { " │├└─·".contains($0) }
            #expect(words.count == 1, "\(line)")
        }
    }

    @Test func fillsTheScreenAndGivesItBack() throws {
        var environment = learner.environment
        environment["NO_COLOR"] = "1"
        func view(_ acts: [(after: String, act: Pty.Act)]) throws -> Pty.Outcome {
            try Pty(
                directory: learner.folder.appendingPathComponent("work"), environment: environment, acts: acts,
                size: (80, 24)
            ).run(learner.executable.path, ["inspect", "-i", "."])
        }
        let looked = try view([
            ("q quit", .type("\t/liar")), ("_  Enter", .type("\r")), ("q quit", .resize(columns: 60, lines: 12)),
            ("q quit", .type("q")),
        ])
        #expect(looked.status == 0, "\(looked.output)")
        #expect(looked.isTerminalRestored)
        #expect(looked.output.contains("\u{1B}[?1049h") && looked.output.hasSuffix("\u{1B}[?25h\u{1B}[?1049l"))
        // Cursor movements, no colours.
        #expect(!looked.output.contains(#/\u{1B}\[[0-9;]*m/#))
        let stopped = try view([("q quit", .signal(SIGTERM))])
        #expect(stopped.status == 128 + SIGTERM)
        #expect(stopped.isTerminalRestored && stopped.output.contains("\u{1B}[?1049l"))
        let piped = try learner.run(["inspect", "-i", "."], in: "work")
        #expect(piped.status == 64 && piped.error.contains("needs a terminal"))
    }
}
