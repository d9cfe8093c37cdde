import Slides
import Testing

@Suite struct FenceTests {
    /// Language, code, commands.
    @Test(arguments: [
        ("bash", "docker ps\ndocker images", ["docker ps", "docker images"]),
        ("bash", "$ docker ps\nCONTAINER ID\n$ docker images", ["docker ps", "docker images"]),
        ("", "$ a \\\n  b\nout", ["a \\\n  b"]), ("", "docker ps", []), ("c", "int main() {}", []),
        ("bash", "#include <stdio.h>\nint main() {}", []), ("bash", "FROM debian:12\nRUN x", []),
        ("bash", "Step 1/2 : FROM x\n ---> 123", []), ("sh", "# a comment\n\nls", ["ls"]),
        ("bash", "cat <<EOF\n$x\nEOF\nls", ["cat <<EOF\n$x\nEOF", "ls"]),
        ("bash", "for i in 1 2; do\n  echo $i\ndone\nls", ["for i in 1 2; do\n  echo $i\ndone", "ls"]),
        ("bash", "echo 'a\nb'\nls", ["echo 'a\nb'", "ls"]), ("bash", "a |\nb &&\nc\nd", ["a |\nb &&\nc", "d"]),
        ("bash", "$ cat <<END\n$ not a prompt\nEND\n$ ls", ["cat <<END", "not a prompt", "ls"]),
        ("bash", "docker run `-d` web", ["docker run -d web"]), ("bash", "echo $(cat `f`)", ["echo $(cat `f`)"]),
        ("bash", "echo it`s", ["echo it`s"]), ("bash", "root@0a1b:/# ls", []), ("bash", "$", ["$"]),
        ("bash", "if true; then\n ls\nfi", ["if true; then\n ls\nfi"]), ("bash", "a; b &\nc", ["a; b &", "c"]),
        ("bash", "echo \"<<EOF\"\nls", ["echo \"<<EOF\"", "ls"]), ("console", "$ a\n> b\n$ c", ["a", "c"]),
        ("bash", "$ a \\\n> b\n$ c", ["a \\\nb", "c"]), ("yaml", "$ x", ["x"]),
    ])
    func runnableCommands(language: String, code: String, commands: [String]) {
        let deck = Deck(parsing: "# x\n\n```\(language)\n\(code)\n```\n")
        let found = deck.slides.flatMap(\.fences).flatMap(\.runnableCommands)
        #expect(found.map(\.text) == commands)
        let lines = "# x\n\n```\n\(code)".split(separator: "\n", omittingEmptySubsequences: false)
        for command in found {
            let first = command.text.split(separator: "\n").first.map { $0.filter { $0 != "`" } } ?? ""
            #expect(lines[command.line - 1].filter { $0 != "`" }.contains(first))
        }
    }

    @Test(arguments: [
        ("`a` b `c`", "a b c"), ("a `b", "a `b"), ("$(a `b` c) `d`", "$(a `b` c) d"), ("$((1)) `a`", "$((1)) a"),
        ("├── `Dockerfile`", "├── Dockerfile"), ("\\`a\\`", "\\`a\\`"),
    ])
    func highlightBackticks(code: String, shown: String) {
        let fence = Fence(language: "bash", line: 1, text: code + "\n", index: 0)
        #expect(fence.displayText == shown + "\n")
    }

    @Test(arguments: [
        ("bash", "bash", "bash"), ("bash +exec {1-3}", "bash", "bash +exec {1-3}"),
        ("dockerfile{id=x}", "dockerfile", "dockerfile{id=x}"), ("", "", ""), ("{.python}", "", "{.python}"),
    ])
    func languages(info: String, language: String, whole: String) {
        let fences = Deck(parsing: "~~~\(info)\nx\n~~~").slides.flatMap(\.fences)
        #expect(fences.map(\.language) == [language])
        #expect(fences.map(\.info) == [whole])
    }
}

@Suite struct DetectedExerciseTests {
    @Test func tagOfTheSameOrTheNextSlide() {
        let deck = Deck(
            parsing: """
                # Build it
                ```bash
                FROM debian:12 AS build
                RUN make
                FROM debian:12
                COPY --from=build /a /a
                ```
                ---
                ```
                $ docker `build` --tag=`web` .
                ```
                """)
        let found = deck.detectedExercises
        #expect(found.map(\.tag) == ["web"])
        #expect(found.map(\.stages) == [2])
        #expect(found.map(\.id) == ["build-it"])
        #expect(found.first?.suggestion.contains("lesson:exercise id=build-it tag=web") == true)
        // The suggestion, pasted, says the same.
        let pasted = "# Build it\n\(found.first?.suggestion ?? "")\n```bash\n\(found.first?.fence.text ?? "")```\n"
        let again = Deck(parsing: pasted)
        #expect(again.diagnostics.isEmpty)
        #expect(again.slides.flatMap(\.fences).map(\.name) == ["Dockerfile"])
        #expect(again.detectedExercises.isEmpty)
    }

    @Test(arguments: [
        ("FROM a\nRUN ...", false), ("FROM <image>\nRUN x", false), ("RUN x\nFROM a", false), ("FROM a", true),
        ("ARG V=1\nFROM a:$V\nCMD [\"x\"]", true), ("# syntax=x\nFROM a\n", true), ("FROM a\nRUN x \\\n  && y", true),
        ("FROM a\nls -l", false), ("from a\nrun x", true), ("FROM a\nRUN <<EOF\nls ... \nEOF", true),
        ("FROM a\nRUN x \\", false), ("apiVersion: v1", false), ("FROM a\nRUN a … b", false), ("FROM", false),
        ("SELECT x\nFROM t", false), ("FROM a\nRUN test 1 < 2", true),
    ])
    func wholeDockerfiles(text: String, isOne: Bool) {
        #expect(Deck(parsing: "```\n\(text)\n```\n").detectedExercises.isEmpty != isOne)
    }
}
