import Foundation
import Testing

/// Lessons carried to a room without a network.
@Suite(.serialized)
struct BundleTests {
    private static let solved = """
        FROM busybox:1 AS writer
        COPY greeting.txt /draft
        RUN cp /draft /final
        FROM busybox:1
        COPY --from=writer /final /greeting.txt
        CMD ["cat", "/greeting.txt"]

        """

    @Test func carriesALessonToARoomWithoutANetwork() throws {
        let teacher = try Learner()
        try teacher.addLesson()
        let made = try teacher.run(["bundle", "create", "room.tar", "greeting", "--json"])
        #expect(made.status == 0, "\(made.error)")
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any])
        #expect((document["images"] as? [[String: Any]])?.count == 1)
        #expect(try teacher.run(["bundle", "create", "again.tar", "greeting"]).status == 0)
        #expect(
            try Data(contentsOf: teacher.folder.appendingPathComponent("room.tar"))
                == Data(contentsOf: teacher.folder.appendingPathComponent("again.tar")))

        let learner = try Learner()
        try FileManager.default.copyItem(
            at: teacher.folder.appendingPathComponent("room.tar"), to: learner.folder.appendingPathComponent("room.tar")
        )
        for state in ["installed", "unchanged"] {
            let loaded = try learner.runOffline(["bundle", "load", "room.tar"])
            #expect(loaded.status == 0 && loaded.output.hasPrefix("lesson  greeting: \(state)\n"), "\(loaded.error)")
        }
        #expect(try learner.runOffline(["list"]).output.contains("greeting"))
        #expect(try learner.runOffline(["start", "greeting", "work"]).status == 0)
        try learner.write(Self.solved, to: "work/Dockerfile")
        let checked = try learner.runOffline(["check"], in: "work")
        #expect(checked.status == 0, "\(checked.output)\(checked.error)")
        #expect(checked.output.contains("PASS  100 of 100 points"))
    }

    @Test(arguments: ["damaged", "climbing", "named", "missing", "newer", "none"])
    func refusesABundleThatIsNotWhatItSays(_ kind: String) throws {
        let learner = try Learner()
        let text = "# Deck\n"
        // SHA-256 of the text above.
        let digest = "0b5d3f7c7e0f1f4b"
        var manifest = """
            {"version": 1, "images": [], "lessons": [{"name": "NAME", "title": "x", "files":
            [{"path": "PATH", "sha256": "\(digest)", "isExecutable": false}]}]}
            """
        var place = "lessons/mine/slides.md"
        switch kind {
        case "climbing":
            manifest = manifest.replacing("NAME", with: "mine").replacing("PATH", with: "../../../escaped")
            place = "lessons/escaped"
        case "named": manifest = manifest.replacing("NAME", with: "..").replacing("PATH", with: "slides.md")
        case "missing": manifest = manifest.replacing("NAME", with: "mine").replacing("PATH", with: "other.md")
        case "newer": manifest = "{\"version\": 99, \"images\": [], \"lessons\": []}"
        default: manifest = manifest.replacing("NAME", with: "mine").replacing("PATH", with: "slides.md")
        }
        try learner.write(manifest, to: kind == "none" ? "in/other.json" : "in/lesson-bundle.json")
        try learner.write(text, to: "in/" + place)
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/bin/tar")
        tar.arguments = ["-C", learner.folder.appendingPathComponent("in").path, "-cf", "bad.tar", "."]
        tar.currentDirectoryURL = learner.folder
        try tar.run()
        tar.waitUntilExit()
        let outcome = try learner.run(["bundle", "load", "bad.tar", "--json"])
        #expect(outcome.status == 2)
        #expect(outcome.output.contains(kind == "newer" ? "bundle-version" : "bad-bundle"), "\(outcome.output)")
        let installed = learner.folder.appendingPathComponent("home/Lessons")
        #expect(!FileManager.default.fileExists(atPath: installed.path))
        #expect(!FileManager.default.fileExists(atPath: learner.folder.appendingPathComponent("escaped").path))
    }
}
