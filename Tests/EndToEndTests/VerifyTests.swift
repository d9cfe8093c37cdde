import Foundation
import Testing

/// Proving lessons with the real engine.
@Suite(.serialized)
struct VerifyTests {
    @Test func provesTheLesson() throws {
        let learner = try Learner()
        try learner.addLesson()
        let run = try learner.run(["verify", "greeting"])
        #expect(run.status == 0, "\(run.output)\(run.error)")
        #expect(run.output.contains("relay: starter fails (20 of 100), solution passes (100 of 100)"))
    }

    @Test func findsWhatIsWrong() throws {
        let learner = try Learner()
        try learner.addLesson()
        let solution = try learner.read("Lessons/greeting/solution/Dockerfile")
        let starter = try learner.read("Lessons/greeting/starter/Dockerfile")
        try learner.write(solution, to: "Lessons/greeting/starter/Dockerfile")
        try learner.write(starter, to: "Lessons/greeting/solution/Dockerfile")
        let run = try learner.run(["verify", "greeting"])
        #expect(run.status == 1, "\(run.output)\(run.error)")
        #expect(run.output.contains("lesson.yml:8:5: error: the starter of `relay` passes as it is [starter-passes]"))
        #expect(run.output.contains("the solution of `relay` does not pass: `two-stages`:"))
        let lint = try learner.run(["lint", "--build", "--json", "Lessons/greeting"])
        #expect(lint.status == 1)
        #expect(lint.output.contains("\"starter-passes\"") && lint.output.contains("\"solution-fails\""))
    }

    @Test func triesTheCommands() throws {
        let learner = try Learner()
        try learner.addLesson()
        let deck = try learner.read("Lessons/greeting/slides.md")
        let heading = "## Exercise: two stages\n"
        try #require(deck.contains(heading))
        let commands = "\n```bash\n$ docker build -t relay .\n$ docker run relay\n$ docker run relay cat /draft\n```\n"
        try learner.write(
            deck.replacingOccurrences(of: heading, with: heading + commands), to: "Lessons/greeting/slides.md")
        let run = try learner.run(["verify", "--json", "greeting"])
        #expect(run.status == 1, "\(run.output)\(run.error)")
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let lesson = try #require((document["lessons"] as? [[String: Any]])?.first)
        let findings = try #require(lesson["findings"] as? [[String: Any]])
        #expect(findings.map { $0["rule"] as? String } == ["command-fails"])
        #expect((findings.first?["message"] as? String)?.contains("`docker run relay cat /draft`") == true)
        let tried = try #require((lesson["exercises"] as? [[String: Any]])?.first?["commands"] as? [[String: Any]])
        #expect(tried.map { $0["outcome"] as? String } == ["worked", "worked", "failed", "not-tried"])
    }
}
