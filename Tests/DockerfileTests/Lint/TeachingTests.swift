import Diagnostics
import Testing

@testable import Dockerfile

/// The rules that teach.
struct TeachingTests {
    private func ours(_ text: String) -> [String] {
        DockerfileLint.check(Array(text.utf8), file: "Dockerfile").warnings
            .filter { !DockerfileLint.isBuildKitRule($0.id) }.map { "\($0.id)@\($0.range?.start.line ?? 0)" }
    }

    @Test(
        arguments: [
            (
                "FROM debian\nRUN apt-get update && apt-get install gcc",
                ["apt-get-without-yes@2", "compiler-in-final-stage@2", "package-lists-left@2"]
            ),
            ("FROM debian\nRUN apt-get update && apt-get install -qy curl && rm -rf /var/lib/apt/lists/*", []),
            ("FROM debian\nRUN apt-get install -y curl", ["apt-get-without-update@2"]),
            (
                "FROM debian\nRUN apt-get update\nRUN apt-get install -y curl",
                ["package-lists-left@2", "apt-get-without-update@3"]
            ),
            ("FROM debian\nRUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y x", []),
            ("FROM debian AS c\nRUN apt-get update && apt-get install -y gcc\nFROM scratch\nCOPY --from=c /a /", []),
            ("FROM gcc:13\nRUN make", ["compiler-in-final-stage@1"]),
            ("FROM gcc:13 AS c\nFROM scratch\nCOPY --from=c /a /", []),
            ("FROM gcc AS c\nFROM c", ["compiler-in-final-stage@1"]),
            ("FROM golang AS build\nFROM scratch", ["unused-stage@1"]),
            ("FROM a AS x\nFROM b AS y\nFROM y\nCOPY --from=0 /a /", []),
            ("FROM a\nCMD ['x', 'y']", ["single-quotes-in-json@2"]), ("FROM a\nCMD [x]", ["single-quotes-in-json@2"]),
            ("FROM a\nRUN [ -f x ] && y", []),
            ("FROM a AS compiler\nFROM b\nCOPY --from=complier /a /", ["unused-stage@1", "stage-typo@3"]),
            ("FROM a\nCOPY --from=later /a /\nFROM b AS later", ["unused-stage@1", "later-stage@2"]),
            ("FROM a\nCOPY ../x /y", ["outside-context@2"]), ("FROM a\nCOPY x/../y /y", []),
            ("FROM a\nCOPY a b /c", ["sources-without-directory@2"]), ("FROM a\nCOPY a b /c/\nCOPY a b .", []),
            ("FROM a\nCMD [\u{201C}x\u{201D}]", ["pasted-character@2", "single-quotes-in-json@2"]),
            ("FROM a\nRUN x \u{2013}y\n# \u{2013}\n", ["pasted-character@2"]),
            ("FROM a\nCOPY <<E /x\n\u{2013}\nE\nUSER \u{A0}x", ["pasted-character@5"]),
            ("FROM a\nRUN cd /x", ["cd-has-no-effect@2"]), ("FROM a\nRUN cd /x && make", []),
            ("FROM a\nRUN <<E\nx\ny\nE\n", ["heredoc-goes-on@2"]), ("FROM a\nRUN <<E\nset -e\nx\ny\nE\n", []),
            ("FROM a\nRUN cat <<E\nx\ny\nE\n", []),
            ("FROM a\n# check=skip=cd-has-no-effect\nRUN cd /x", []),
        ])
    func teaches(_ text: String, _ rules: [String]) { #expect(ours(text).sorted() == rules.sorted()) }

    /// What is advised has to start.
    @Test(
        arguments: [
            ("ENTRYPOINT exec /app/hello", "write ENTRYPOINT [\"/app/hello\"]"),
            ("CMD /app/hello -v  x", "write CMD [\"/app/hello\", \"-v\", \"x\"]"),
            ("CMD exec exec /hello", "write CMD [\"/hello\"]"),
            ("CMD echo \"Hello, world\"", "write CMD [\"echo\", \"Hello, world\"]"),
            ("CMD echo 'a \"b\" $c'", "write CMD [\"echo\", \"a \\\"b\\\" $c\"]"),
            ("CMD echo ''", "write CMD [\"echo\", \"\"]"),
            ("CMD ['/hello', '-v']", "write CMD [\"/hello\", \"-v\"]"), ("CMD /hello | cat", nil), ("CMD a && b", nil),
            ("CMD a; b", nil), ("CMD /hello $X", nil), ("CMD echo \"$X\"", nil), ("CMD a > /b", nil),
            ("CMD ls *.c", nil),
            ("CMD ls ?", nil), ("CMD echo \"a", nil), ("CMD cd /x", nil), ("CMD . /env", nil), ("CMD A=1 /hello", nil),
            ("CMD ~/hello", nil), ("CMD (a)", nil), ("CMD a &", nil), ("CMD exec -a x /hello", nil), ("CMD exec", nil),
            ("CMD echo a\\ b", nil), ("CMD echo `a`", nil), ("CMD if a", nil), ("CMD echo {a,b}", nil),
        ] as [(String, String?)])
    func advisesAListOnlyWhereNoShellIsNeeded(_ line: String, _ hint: String?) {
        let found = DockerfileLint.check(Array("FROM a\n\(line)".utf8), file: "Dockerfile").warnings
        let said = found.first { $0.id == "JSONArgsRecommended" }?.hint
        if let hint { #expect(said == hint) } else { #expect(said?.hasPrefix("this line needs the shell") == true) }
    }

    @Test func readsShellCommands() {
        #expect(
            ShellScan.commands("a 'b c' && X=1 sudo d \"e\\\"f\"; g|h \\\n i")
                == [["a", "b c"], ["d", "e\"f"], ["g"], ["h", "i"]])
    }

    @Test func everyWarningSaysWhatToDo() {
        let text =
            "FROM debian as Build\nRUN apt-get install gcc\nCMD ['x']\nENV a b\nWORKDIR x\nCOPY ../a b\nEXPOSE 80/TCP 1:1\n"
        let found = DockerfileLint.check(Array(text.utf8), file: "Dockerfile").warnings
        #expect(found.count > 8)
        for warning in found {
            #expect(warning.hint?.isEmpty == false, "\(warning.id)")
            #expect(warning.message.hasSuffix(".") == false, "\(warning.id)")
            #expect(warning.file == "Dockerfile")
        }
    }

    @Test func isQuietOnAGoodFile() {
        let text = """
            # syntax=docker/dockerfile:1
            FROM debian:12 AS compiler
            RUN apt-get update && apt-get install -y gcc
            WORKDIR /src
            COPY hello.c .
            RUN gcc -static -o /hello hello.c

            FROM scratch
            COPY --from=compiler /hello /hello
            CMD ["/hello"]
            """
        #expect(warnings(text).isEmpty)
    }
}
