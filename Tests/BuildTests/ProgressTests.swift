import Diagnostics
import OCI
import Synchronization
import Testing

@testable import Build

@Suite struct ProgressTests {
    private final class Sink: Sendable {
        private let text = Mutex("")
        func add(_ more: String) { text.withLock { $0 += more } }
        var content: String { text.withLock { $0 } }
    }

    private static let hostile = Array("\u{1B}]0;title\u{07}red\u{1B}[31m\r\nnext".utf8)

    @Test func plainLinesAreNumberedAndSafe() {
        let sink = Sink()
        let progress = PlainProgress { sink.add($0) }
        progress.handle(.started(BuildStep(number: 5, name: "[2/4] RUN \u{1B}[2Jmake")))
        progress.handle(.started(BuildStep(number: 6, name: "[3/4] RUN x")))
        progress.handle(.output(step: 5, stream: .standardOutput, bytes: Self.hostile))
        progress.handle(.output(step: 6, stream: .standardOutput, bytes: Array("six\n".utf8)))
        progress.handle(.finished(step: 5, seconds: 1.26))
        progress.handle(.cached(step: 6))
        let lines = sink.content.split(separator: "\n").map(String.init)
        #expect(lines.first == "#5 [2/4] RUN \\e[2Jmake")
        #expect(!sink.content.unicodeScalars.contains { $0.value == 0x1B || $0.value == 7 || $0 == "\r" })
        #expect(lines.contains { $0.hasPrefix("#5 ") && $0.hasSuffix("\\e]0;title\\x07red\\e[31m") })
        #expect(lines.contains { $0.hasPrefix("#5 ") && $0.hasSuffix(" next") })
        #expect(lines.contains("#5 DONE 1.3s"))
        #expect(lines.contains("#6 CACHED"))
        #expect(lines.contains("#5 ..."))
    }

    @Test func carriageReturnsShowWhatATerminalWould() {
        #expect(PlainProgress.visible(Array("10%\r20%\r30%".utf8)) == "30%")
        #expect(PlainProgress.visible(Array("done\r".utf8)) == "done")
    }

    @Test func jsonLinesAreBuildKitsStatus() throws {
        let sink = Sink()
        let progress = JSONProgress(now: { Timestamp(seconds: 1_767_225_600, nanoseconds: 5) }) { sink.add($0) }
        progress.handle(.started(BuildStep(number: 1, name: "[2/4] RUN x", lines: 3...4, stage: 0)))
        progress.handle(.output(step: 1, stream: .standardError, bytes: Self.hostile))
        progress.handle(.note(step: 1, text: "half done"))
        progress.handle(.failed(step: 1, message: "exit code: 1", seconds: 2))
        progress.handle(
            .warning(
                Diagnostic(
                    id: "Rule", severity: .warning, file: "Dockerfile", range: SourceRange(lines: 7, through: 7),
                    message: "odd")))
        progress.failed(
            .learner("run-failed", "no such \u{1B}thing", file: "Dockerfile", range: SourceRange(lines: 3, through: 4)))
        #expect(!sink.content.unicodeScalars.contains { $0.value == 0x1B || $0.value == 7 })
        let lines = try sink.content.split(separator: "\n").map { try JSON(parsing: String($0)) }
        let vertexes = lines.compactMap { line in line["vertexes"]?.array?.first }
        let digest = try #require(vertexes.first?["digest"]?.string)
        #expect(digest.hasPrefix("sha256:") && vertexes.allSatisfy { $0["digest"]?.string == digest })
        #expect(vertexes.map { $0["completed"] == nil } == [true, false])
        #expect(vertexes.allSatisfy { $0["started"]?.string == "2026-01-01T00:00:00.000000005Z" })
        #expect(vertexes.last?["error"]?.string == "exit code: 1")
        #expect(vertexes.first?["lines"] == [3, 4])
        func firsts(_ key: String) -> [JSON] { lines.compactMap { line in line[key]?.array?.first } }
        let log = try #require(firsts("logs").first)
        #expect(log["vertex"]?.string == digest && log["stream"] == 2)
        #expect(log["data"]?.string == "G10wO3RpdGxlB3JlZBtbMzFtDQpuZXh0")
        #expect(lines.compactMap { $0["statuses"]?.array?.first?["id"]?.string } == ["half done"])
        let warning = try #require(firsts("warnings").first)
        #expect(warning["short"]?.string == "UnVsZTogb2Rk")
        let error = try #require(lines.last?["error"])
        #expect(error["file"] == "Dockerfile" && error["line"] == 3 && error["endLine"] == 4)
        #expect(error["text"]?.string == "Dockerfile:3-4: error: no such \\ething")
    }

    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")])
    func base64IsThatOfTheStandard(_ plain: String, _ coded: String) {
        #expect(Base64.text(plain.utf8) == coded)
    }

    @Test func aFailureEndsWithItsPlace() {
        var failure = BuildFailure.learner(
            "x", "no\nsuch thing", file: "dir/Dockerfile", range: SourceRange(lines: 3, through: 5))
        #expect(failure.headline == "dir/Dockerfile:3-5: error: no\\nsuch thing")
        failure.diagnostic.range = SourceRange(lines: 3, through: 3)
        #expect(failure.headline == "dir/Dockerfile:3: error: no\\nsuch thing")
        failure.diagnostic.range = nil
        #expect(failure.headline == "dir/Dockerfile: error: no\\nsuch thing")
    }

    @Test func terminalFramesFitTheTerminal() {
        let sink = Sink()
        let progress = TerminalProgress(size: { (40, 8) }) { sink.add($0) }
        for number in 1...20 {
            progress.handle(.started(BuildStep(number: number, name: String(repeating: "x", count: 100))))
        }
        progress.handle(.output(step: 20, stream: .standardOutput, bytes: Array("\u{1B}[9Aup\n".utf8)))
        progress.draw()
        let lines = sink.content.split(separator: "\n").map { $0.replacing("\u{1B}[2K", with: "") }
        #expect(lines.count <= 8)
        #expect(lines.allSatisfy { $0.unicodeScalars.count <= 40 })
        #expect(lines.allSatisfy { !$0.contains("\u{1B}") })
        #expect(lines.contains { $0.contains("\\e[9Aup") })
    }

    @Test func theTailOfAStepIsBounded() {
        let tail = TailBuffer()
        for _ in 0..<100 { tail.append([UInt8](repeating: 65, count: 50_000), of: .standardOutput) }
        tail.append([66], of: .standardOutput)
        #expect(tail.content.count == TailBuffer.limit)
        #expect(tail.content.last == 66)
    }

    /// Whoever writes first, a verdict quotes the same lines.
    @Test func theOutputOfTwoPipesIsTheSameInEveryRun() {
        let (one, two) = (TailBuffer(), TailBuffer())
        one.append(Array("cc hello.c\n".utf8), of: .standardOutput)
        one.append(Array("error\n".utf8), of: .standardError)
        two.append(Array("error\n".utf8), of: .standardError)
        two.append(Array("cc hello.c\n".utf8), of: .standardOutput)
        #expect(one.byStream == Array("cc hello.c\nerror\n".utf8))
        #expect(two.byStream == one.byStream)
        #expect(two.content == Array("error\ncc hello.c\n".utf8))
    }
}
