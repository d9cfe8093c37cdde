import Diagnostics
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

    @Test func jsonLinesAreJSON() {
        let event = BuildEvent.output(step: 1, stream: .standardError, bytes: Self.hostile)
        #expect(
            JSONProgress.line(event)
                == #"{"event":"output","step":1,"stream":2,"data":"\u001b]0;title\u0007red\u001b[31m\r\nnext"}"#)
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
        for _ in 0..<100 { tail.append([UInt8](repeating: 65, count: 50_000)) }
        tail.append([66])
        #expect(tail.content.count == TailBuffer.limit)
        #expect(tail.content.last == 66)
    }
}
