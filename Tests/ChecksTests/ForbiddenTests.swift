import Lessons
import Testing

@testable import Checks

private typealias S = Samples

/// What was not looked at is not called clean.
@Suite struct ForbiddenTests {
    private static let texts = CheckKind.forbiddenFiles(ForbiddenFilesRule(contents: ["password=1"]))

    @Test func whatWasNotSearchedDoesNotPass() {
        let result = S.judge(
            Self.texts,
            S.observations {
                $0.unsearched = UnsearchedContent(
                    files: 30, bytes: 5000, limit: 8000, examples: [ImagePath("/a\u{1B}"), ImagePath("/b")])
            })
        #expect(result.verdict == .fail)
        #expect(result.actual == "none in the first 8 kB, but 30 files (5 kB) beyond them could not be searched")
        #expect(result.evidence.count == 3)
        #expect(result.evidence.last == "... and 28 more")
        #expect(result.advice?.isEmpty == false)
    }

    @Test func whatCannotBeReadIsAnError() {
        let result = S.judge(
            Self.texts, S.observations { $0.unsearched = UnsearchedContent(unreadable: [ImagePath("/a")]) })
        #expect(result.verdict == .error)
        #expect(result.actual.contains("/a"))
    }

    @Test func whatWasFoundCountsMore() {
        let result = S.judge(
            Self.texts,
            S.observations {
                $0.unsearched = UnsearchedContent(files: 1, bytes: 1, limit: 1, examples: [ImagePath("/b")])
                $0.contentHits = [ContentHit(text: "password=1", path: ImagePath("/hello"))]
            })
        #expect(result.actual.contains("/hello"))
    }

    @Test func whoAsksForNoTextIsNotTold() {
        let result = S.judge(
            .forbiddenFiles(ForbiddenFilesRule(paths: ["*.log"])),
            S.observations { $0.unsearched = UnsearchedContent(files: 1, bytes: 1) })
        #expect(result.verdict == .pass)
    }

    @Test func whatIsTooMuchToListIsReportedToo() {
        let omitted = ImageDelta.Entry(path: ImagePath("/opt/y"), change: .added, kind: .file, size: 11)
        let found = S.judge(
            Self.texts,
            S.observations {
                $0.delta?.omitted = 1
                $0.contentHits = [ContentHit(text: "password=1", path: omitted.path, omitted: omitted)]
            })
        #expect(found.evidence == ["/opt/y (11 B): holds \"password=1\""])
        let paths = S.judge(
            .forbiddenFiles(ForbiddenFilesRule(paths: ["*.log"])), S.observations { $0.delta?.omitted = 7 })
        #expect(paths.verdict == .fail)
        #expect(paths.actual.contains("7 more were not looked at"))
        // All were searched for the text.
        #expect(S.judge(Self.texts, S.observations { $0.delta?.omitted = 7 }).verdict == .pass)
    }

    @Test(arguments: [
        ("abab", ["ab", "ab"], 1), ("aab", ["a", "a", "a", "b"], 1), ("ab", ["xa", "", "bxa", "b"], 2),
        ("ab", ["a", "xb"], 0),
        ("", ["a"], 0), ("a", ["aaa"], 3),
    ])
    func aTextIsFoundAcrossPieces(_ text: String, _ pieces: [String], _ count: Int) {
        var search = ByteStreamSearch(Array(text.utf8))
        for piece in pieces { search.read(Array(piece.utf8)) }
        #expect(search.count == count)
    }
}
