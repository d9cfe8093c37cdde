import Foundation
import Testing

/// The learner's way through a lesson, at a real terminal, with the real engine.
@Suite(.serialized)
struct WalkTests {
    private static let solved = """
        FROM busybox:1 AS writer
        COPY greeting.txt /draft
        RUN cp /draft /final
        FROM busybox:1
        COPY --from=writer /final /greeting.txt
        CMD ["cat", "/greeting.txt"]

        """

    @Test func walksTheLesson() throws {
        let learner = try Learner()
        try learner.addLesson()

        let started = try learner.type(["start", "greeting", "work"])
        #expect(started.status == 0)
        #expect(started.text.contains("Greetings") && started.text.contains("slide 1 of 3"))
        #expect(try learner.read("work/Dockerfile").hasPrefix("FROM busybox:1"))

        let exercise = try learner.type(["next"], in: "work")
        #expect(exercise.status == 0)
        #expect(exercise.text.contains("exercise relay (pending)"))

        let held = try learner.type(["next"], in: "work")
        #expect(held.status == 1)
        #expect(held.text.contains("the exercise relay of this slide is not done yet") && held.text.contains("--skip"))

        // Wrong: it builds, but it has one stage and runs nothing of its own.
        let wrong = try learner.type(["check"], in: "work")
        #expect(wrong.status == 1, "\(wrong.text)")
        #expect(wrong.text.contains("checking relay: Take it over"))
        #expect(wrong.text.contains("✘ FAIL     two-stages") && wrong.text.contains("FAIL  20 of 100 points"))

        let hint = try learner.type(["hint"], in: "work")
        #expect(hint.text.contains("A second `FROM` starts a second stage."))

        // Not even a Dockerfile: the place is named.
        try learner.write("FROM busybox:1\nCOYP greeting.txt /\n", to: "work/Dockerfile")
        let broken = try learner.type(["check"], in: "work")
        #expect(broken.status == 1)
        #expect(broken.text.contains("Dockerfile:2"))

        try learner.write(Self.solved, to: "work/Dockerfile")
        let right = try learner.type(["check"], in: "work")
        #expect(right.status == 0, "\(right.text)")
        #expect(right.text.contains("PASS  100 of 100 points"))

        let list = try learner.type(["list"], in: "work")
        #expect(list.text.contains("✔ done     relay") && list.text.contains("1 of 1 exercises done"))

        let next = try learner.type(["next"], in: "work")
        #expect(next.status == 0)
        #expect(next.text.contains("The end") && next.text.contains("slide 3 of 3"))

        // What was built has the name the lesson gives it.
        let run = try learner.type(["docker", "run", "--rm", "relay"], in: "work")
        #expect(run.status == 0)
        #expect(run.text == "Hello from the second stage\n")
    }

    @Test func checksAgainFromTheCache() throws {
        let learner = try Learner()
        try learner.addLesson()
        _ = try learner.run(["start", "greeting", "work"])
        try learner.write(Self.solved, to: "work/Dockerfile")
        #expect(try learner.run(["check"], in: "work").status == 0)
        let again = try learner.run(["check", "--json"], in: "work")
        #expect(again.status == 0)
        let verdict = try #require(
            try JSONSerialization.jsonObject(with: Data(again.output.utf8)) as? [String: Any])
        #expect(verdict["verdict"] as? String == "pass")
        #expect(verdict["cachedSteps"] as? Int == verdict["totalSteps"] as? Int)
        #expect((verdict["totalSteps"] as? Int ?? 0) > 0)
    }

    @Test func stopsOnControlC() throws {
        let learner = try Learner()
        try learner.addLesson()
        _ = try learner.run(["start", "greeting", "work"])
        try learner.write("FROM busybox:1\nRUN echo under way; sleep 300\n", to: "work/Dockerfile")
        let stopped = try learner.type(["check"], in: "work", interruptAfter: "under way")
        #expect(stopped.status == 130)
        #expect(stopped.text.contains("stopped"))
        // Nothing of it counts, and the next check is not disturbed.
        let list = try learner.run(["list", "--json"], in: "work")
        #expect(list.output.contains("\"attempts\" : 0"))
        try learner.write(Self.solved, to: "work/Dockerfile")
        #expect(try learner.run(["check"], in: "work").status == 0)
    }

    @Test func resetsAfterAsking() throws {
        let learner = try Learner()
        try learner.addLesson()
        _ = try learner.run(["start", "greeting", "work"])
        try learner.write("mine\n", to: "work/Dockerfile")
        #expect(try learner.run(["reset"], in: "work").status == 64)
        #expect(try learner.type(["reset"], in: "work", input: "n\n").status == 1)
        #expect(try learner.read("work/Dockerfile") == "mine\n")
        let done = try learner.type(["reset"], in: "work", input: "y\n")
        #expect(done.status == 0)
        #expect(try learner.read("work/Dockerfile").hasPrefix("FROM busybox:1"))
        #expect(try learner.read("work/.lesson/backup/1/Dockerfile") == "mine\n")
    }
}
