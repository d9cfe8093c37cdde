import Diagnostics
import Dockerfile
import SystemPackage
import Testing

@testable import Build

/// What a Dockerfile's text tells before anything is built.
@Suite struct MistakeTests {
    private func request(_ text: String) -> BuildRequest {
        BuildRequest(dockerfile: Array(text.utf8), dockerfileName: "Dockerfile", context: nil)
    }

    private static let start = "FROM base AS compiler\nRUN make\nFROM base\n"

    /// The Dockerfile, the line, what is said and what to do.
    @Test(
        arguments: [
            ("FORM base", 1, "unknown instruction", "FROM"), ("FROM base compiler", 1, "FROM", "AS"),
            (start + "COPY --from = compiler /a /a", 4, "--from", "spaces"),
            (start + "COPY --from=compilr /a /a", 4, "no stage \"compilr\"", "did you mean `compiler`?"),
            (start + "RUN --mount=from=compilr,target=/x true", 4, "no stage", "did you mean `compiler`?"),
            (start + "COPY --from=7 /a /a", 4, "no stage 7", "count from 0"),
            (start + "COPY \u{2013}from=compiler /a /a", 4, "dash", "type `--from=compiler`"),
            (start + "COPY --chmod=755 \u{2014}from=compiler /a /a", 4, "dash", "type `--from=compiler`"),
            (start + "RUN \u{2013}mount=from=compiler,target=/x true", 4, "dash", "type `--mount="),
            ("FROM base\nCOPY --from=later /a /a\nFROM base AS later", 2, "defined before", "above line 1"),
        ] as [(String, Int, String, String)])
    func isFound(_ text: String, _ line: Int, _ message: String, _ hint: String) throws {
        let failure = try #require(request(text).mistake())
        #expect(failure.kind == .learner)
        #expect(failure.lines?.lowerBound == line)
        #expect(failure.diagnostic.message.contains(message), "\(failure.diagnostic)")
        #expect(failure.diagnostic.hint?.contains(hint) == true, "\(failure.diagnostic)")
    }

    @Test(
        arguments: [
            start + "COPY --from=compiler /a /a", start + "COPY --from=compilers/image /a /a",
            start + "COPY --from=elsewhere /a /a", start + "RUN echo \u{2013} dash", start + "COPY a\u{2013}b /",
            "FROM nowhere:1\nRUN nothing", "ARG A=x\nFROM ${A}",
        ])
    func whatABuildMustTellIsNone(_ text: String) {
        #expect(request(text).mistake(images: []) == nil)
    }

    @Test func anImageIsNoMisspeltStage() {
        let text = "FROM base AS tool\nFROM base\nCOPY --from=tools /a /a"
        #expect(request(text).mistake() != nil)
        #expect(request(text).mistake(images: ["tools"]) == nil)
    }

    @Test(
        arguments: [
            ("CMD [\u{201C}/a\u{201D}]", true), ("CMD ['/a']", true), ("ENTRYPOINT [\u{2018}/a\u{2019}]", true),
            ("CMD [\"/a\", \"it's\"]", false), ("CMD /a \u{201C}b\u{201D}", false), ("CMD [ -f /a ]", false),
            ("RUN [\u{201C}/a\u{201D}]", false),
        ])
    func listsWithOtherQuotesAreSaid(_ line: String, _ isSaid: Bool) {
        #expect(request("FROM base\n\(line)\n").remarks.isEmpty != isSaid)
    }

    @Test(
        arguments: [
            ("gcc \u{2013}o hello hello.c", "`-o`"), ("COPY\u{A0}a b", "ordinary space"),
            ("a\u{3000}b", "ordinary space"),
            ("FROM \u{2013}platform=x y", "`--platform=x`"),
        ])
    func lookAlikesAreNamed(_ line: String, _ hint: String) {
        #expect(PastedText.hint(forFailedLine: line)?.contains(hint) == true)
    }

    @Test(arguments: ["COPY a b", "RUN echo a \u{2013} b", "RUN echo caf\u{E9}", "# 1\u{2013}2"])
    func plainLinesHaveNone(_ line: String) {
        #expect(PastedText.hint(forFailedLine: line) == nil)
    }
}
