import Checks
import Lessons
import Slides
import Testing

@testable import Grading

/// Texts are searched for in all of all files, up to an amount for all together.
@Suite struct ContentSearchTests {
    private func entry(_ path: String, _ kind: LayerTable.Kind = .file) -> ImageDelta.Entry {
        ImageDelta.Entry(path: ImagePath(path), change: .added, kind: kind)
    }

    /// Zeros, with a text at a place.
    private func content(_ size: Int, _ text: String = "", at place: Int = 0) -> LayerContent {
        let text = Array(text.utf8)
        return LayerContent(size: UInt64(size)) { offset, count in
            let range = Int(offset)..<min(size, Int(offset) + count)
            var bytes = [UInt8](repeating: 0, count: range.count)
            for (index, byte) in text.enumerated() where range.contains(place + index) {
                bytes[place + index - range.lowerBound] = byte
            }
            return bytes
        }
    }

    /// In the middle, at the end, and across the border of two pieces.
    @Test(arguments: [5 << 20, (6 << 20) - 10, (4 << 20) - 3, 0])
    func aTextIsFoundAnywhere(_ place: Int) {
        var search = ContentSearch(["password=1", "other"])
        search.search(entry("/x"), content(6 << 20, "password=1", at: place), isListed: true)
        #expect(search.hits == [ContentHit(text: "password=1", path: ImagePath("/x"))])
        #expect(search.unsearched == nil)
    }

    @Test func manyFilesAreSearched() {
        var search = ContentSearch(["secret"])
        for number in 0..<5000 { search.search(entry("/\(number)"), content(10), isListed: true) }
        search.search(entry("/last"), content(10, "secret", at: 2), isListed: false)
        #expect(search.hits == [ContentHit(text: "secret", path: ImagePath("/last"), omitted: entry("/last"))])
        #expect(search.unsearched == nil)
    }

    @Test func whatIsBeyondTheLimitIsTold() {
        var search = ContentSearch(["secret"], limit: 100)
        search.search(entry("/a"), content(60), isListed: true)
        search.search(entry("/b"), content(60, "secret", at: 50), isListed: true)
        search.search(entry("/empty"), content(0), isListed: true)
        search.search(entry("/c"), content(5), isListed: true)
        #expect(search.hits.isEmpty)
        #expect(
            search.unsearched
                == UnsearchedContent(files: 2, bytes: 25, limit: 100, examples: [ImagePath("/b"), ImagePath("/c")]))
    }

    @Test func whatIsJustAtTheLimitIsSearched() {
        var search = ContentSearch(["secret"], limit: 60)
        search.search(entry("/a"), content(60, "secret", at: 54), isListed: true)
        #expect(search.hits.count == 1)
        #expect(search.unsearched == nil)
    }

    /// Through a whole examination: a text late in the last of more files than are listed, in an image whose user is root
    /// by another name.
    @Test func nothingIsTooFarBack() async throws {
        let folder = try TemporaryFolder()
        try folder.write("FROM plain", to: "Dockerfile")
        var files: [String: [UInt8]] = ["/z": [UInt8](repeating: 0, count: 5 << 20) + Array("secret".utf8)]
        for number in 0..<ImageDelta.maximumEntries { files["/a\(number)"] = [1] }
        let passwd = Array("root:x:0:0::/:\ntoor:x:0:0::/:\n".utf8)
        var image = FakeWorld.image("image", [("plain", 1000), ("program", 50)])
        image.config.user = "toor"
        let built = BuildReply.Built(image: image, graph: FakeWorld.graph(base: "plain", copiesFromContext: true))
        let engine = FakeEngine(
            FakeEngine.World(
                replies: { _ in .built(built) }, images: ["plain": FakeWorld.image("plain", [("plain", 1000)])],
                layers: ["plain": ["/etc/passwd": passwd], "program": files],
                run: { _, _ in RunObservation(ending: .noCommand) }))
        var exercise = FakeWorld.exercise
        exercise.rubric = Rubric(
            points: 2,
            checks: [
                CheckDefinition(
                    id: "secrets", kind: .forbiddenFiles(ForbiddenFilesRule(contents: ["secret"])), points: 1),
                CheckDefinition(id: "user", kind: .config(ConfigRule(isNotRoot: true)), points: 1),
            ])
        let lesson = Lesson(id: "l", title: "L", deck: Deck(slides: []), exercises: [exercise])
        let report = await Examination(
            of: exercise, in: lesson, engine: engine, references: ReferenceImages(), secret: [1]
        ).examine(folder: folder.path, scope: "s")
        #expect(report.observations.delta?.omitted == 1)
        #expect(report.verdict.checks.map(\.verdict) == [.fail, .fail])
        #expect(report.verdict.checks[0].evidence == ["/z (5.2 MB): holds \"secret\""])
        #expect(report.verdict.checks[1].actual.contains("uid 0"))
    }

    @Test func whatCannotBeReadIsTold() {
        var search = ContentSearch(["secret"])
        search.search(entry("/a"), nil, isListed: true)
        search.search(entry("/link", .hardlink), nil, isListed: true)
        search.search(entry("/short"), LayerContent(size: 10) { _, _ in [] }, isListed: true)
        #expect(search.unsearched?.unreadable == [ImagePath("/a"), ImagePath("/short")])
    }
}
