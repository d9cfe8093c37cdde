import Foundation
import Testing

/// What is nobody's answer: it is no attempt, takes no points, says who has to do what, and is looked at again.
struct NotGradableTests {
    private let learner: Learner

    private static let answer = """
        FROM busybox:1 AS writer
        RUN echo "Hello from the second stage" > /final
        FROM busybox:1
        COPY --from=writer /final /greeting.txt
        CMD ["cat", "/greeting.txt"]

        """

    init() throws {
        learner = try Learner()
        try learner.addLesson()
    }

    private struct Trouble: CustomTestStringConvertible {
        var name: String
        /// What is done to a right answer, in its folder.
        var script: String
        var reason: String
        /// What is said, and what is to be done.
        var message: String
        var remedy: String

        var testDescription: String { name }
    }

    private static let troubles =
        [
            Trouble(
                name: "nothing", script: "rm Dockerfile", reason: "noDockerfile", message: "Dockerfile",
                remedy: "Dockerfile"),
            Trouble(
                name: "another name", script: "mv Dockerfile Dockerfile.txt", reason: "noDockerfile",
                message: "there is no `Dockerfile`", remedy: "rename `Dockerfile.txt`"),
            Trouble(
                name: "a folder", script: "rm Dockerfile; mkdir Dockerfile", reason: "noDockerfile",
                message: "is a folder",
                remedy: "plain text file"),
            Trouble(
                name: "a pipe", script: "rm Dockerfile; mkfifo Dockerfile", reason: "noDockerfile",
                message: "is no file",
                remedy: "plain text file"),
            Trouble(
                name: "a link to nowhere", script: "rm Dockerfile; ln -s /nowhere Dockerfile", reason: "noDockerfile",
                message: "leads nowhere inside the folder", remedy: "hand in the file itself"),
            Trouble(
                name: "a link to the host", script: "rm Dockerfile; ln -s /etc/passwd Dockerfile",
                reason: "noDockerfile",
                message: "leads nowhere inside the folder", remedy: "hand in the file itself"),
            Trouble(
                name: "a base that is not offered", script: "sed -i 's/^FROM busybox:1$/FROM nowhere:1/' Dockerfile",
                reason: "baseNotOffered", message: "nowhere:1", remedy: "busybox:1"),
            Trouble(
                name: "another platform",
                script: "sed -i 's/^FROM busy/FROM --platform=linux\\/s390x busy/' Dockerfile",
                reason: "otherPlatform", message: "platform", remedy: "leave out `--platform`"),
        ]

    @Test(arguments: troubles)
    private func isNoAttempt(_ trouble: Trouble) throws {
        try learner.write(Self.answer, to: "class/ann/Dockerfile")
        let shell = try learner.run(
            URL(fileURLWithPath: "/bin/sh"), ["-ec", trouble.script], in: "class/ann")
        try #require(shell.status == 0, "\(shell.error)")
        let graded = try learner.run(["grade", "class", "--lesson", "greeting", "--out", "out"])
        #expect(graded.status == 0, "\(graded.error)")
        #expect(graded.output.contains("1 could not be graded"), "\(graded.output)")
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(learner.read("out/report.json").utf8)) as? [String: Any])
        let submission = try #require((report["submissions"] as? [[String: Any]])?.first)
        #expect(submission["verdict"] as? String == "error" && submission["score"] as? Int == 0)
        let error = try #require(submission["error"] as? [String: Any])
        #expect(error["reason"] as? String == trouble.reason, "\(error)")
        let (message, remedy) = (error["message"] as? String ?? "", error["remedy"] as? String ?? "")
        #expect(message.contains(trouble.message), "\(error)")
        #expect(remedy.contains(trouble.remedy), "\(error)")
        // The table has room for the reason too.
        #expect(graded.output.contains(message) && graded.output.contains("not graded, which is no attempt"))
        // What was mended is graded, without a word of the journal's.
        try? FileManager.default.removeItem(at: learner.folder.appendingPathComponent("class/ann"))
        try learner.write(Self.answer, to: "class/ann/Dockerfile")
        let again = try learner.run(["grade", "class", "--lesson", "greeting", "--out", "out"])
        #expect(again.output.contains("1 submission: 1 pass"), "\(again.output)\(again.error)")
    }

    /// Without what runs a step nothing is graded at all, and no report says that something was.
    @Test func aMachineWithoutARuntimeGradesNothing() throws {
        try learner.write(Self.answer, to: "class/ann/Dockerfile")
        let outcome = try learner.run(
            ["grade", "class", "--lesson", "greeting", "--out", "out"],
            environment: ["LESSON_RUNTIME": "/nowhere/runtime"])
        #expect(outcome.status == 2)
        #expect(outcome.error.contains("'/nowhere/runtime' cannot be executed"), "\(outcome.error)")
        #expect(outcome.error.contains("lesson doctor"))
        #expect(!FileManager.default.fileExists(atPath: learner.folder.appendingPathComponent("out/report.json").path))
        let again = try learner.run(["grade", "class", "--lesson", "greeting", "--out", "out"])
        #expect(again.output.contains("1 submission: 1 pass"), "\(again.output)\(again.error)")
    }

    /// No mirror answers, and the base is not here.
    @Test func aMachineWithoutANetworkIsNobodysFault() throws {
        let manifest = try learner.read("Lessons/greeting/lesson.yml")
            .replacing("images:\n", with: "images:\n  - names: [\"debian:12\"]\n    make: {debian: bookworm}\n")
            .replacing("base: \"busybox:1\"", with: "base: [\"busybox:1\", \"debian:12\"]")
        try learner.write(manifest, to: "Lessons/greeting/lesson.yml")
        try learner.write(
            Self.answer.replacing("FROM busybox:1 AS", with: "FROM debian:12 AS"), to: "class/ann/Dockerfile")
        let graded = try learner.runOffline(["grade", "class", "--lesson", "greeting", "--format", "json"])
        #expect(graded.status == 0, "\(graded.error)")
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(graded.output.utf8)) as? [String: Any], "\(graded)")
        let submission = try #require((report["submissions"] as? [[String: Any]])?.first)
        #expect(submission["verdict"] as? String == "error")
        let error = try #require(submission["error"] as? [String: Any])
        #expect(error["reason"] as? String == "fault")
        #expect((error["message"] as? String)?.contains("no mirror of Debian answers") == true, "\(error)")
        #expect((error["remedy"] as? String)?.contains("connect to the network once") == true, "\(error)")
    }
}
