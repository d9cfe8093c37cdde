import Diagnostics
import Foundation
import Lessons
import Slides
import SystemPackage

@testable import Dockerfile

extension Subjects {
    private static let dockerfiles = [
        """
        # syntax=docker/dockerfile:1
        # escape=\\
        ARG V=12
        FROM --platform=$BUILDPLATFORM debian:${V} AS build
        RUN --mount=type=cache,target=/c,sharing=locked --mount=type=secret,id=s,mode=0400 --network=none \\
            # a comment
            make && echo "a b" 'c'
        COPY --from=0 --chown=1:2 --chmod=u+x --link --exclude=*.o ["a b", "/d/"]
        ADD --checksum=sha256:00 --keep-git-dir=true https://example.com/x /y
        COPY <<EOF <<-'B' /h/
        text ${V:-x}
        EOF
        \tmore
        \tB
        ENV A=1 B="x y" C=\\ d
        ENV old style
        LABEL a.b="c" d=e
        EXPOSE 80/tcp 100-110/udp $P
        HEALTHCHECK --interval=1m30s --retries=3 CMD ["x", "y"]
        ONBUILD RUN echo
        STOPSIGNAL SIGTERM
        SHELL ["/bin/sh", "-c"]
        VOLUME ["/a"] /b
        USER 1000:0
        WORKDIR /w/$V
        ENTRYPOINT ["/x"]
        CMD run me

        """,
        "# escape=`\r\nFROM a\r\nRUN dir `\r\n  c:\\\\\r\n# check=skip=all;error=true\r\n",
        "FROM scratch\nRUN <<EOF\n#!/bin/sh\nx\nEOF\nMAINTAINER me\n",
    ]

    private static let dockerWords = [
        "FROM ", "\nRUN ", "COPY ", "--from=", "--mount=type=", " AS ", "<<EOF", "<<-'E'", "\\\n", "`\n", "${", "}",
        ":-",
        ":+", "##", "%%", "//", "[\"", "\"]", "\\u", "#", "\r\n", "\u{0}", "\u{FEFF}", "\u{A0}", "$", "'", "\"",
        "# escape=",
        "ONBUILD ", "EOF\n", "é", "99999999999999999999", "-1", "1h", "u+s,g=rwX",
    ]

    /// What a learner sees of a diagnostic.
    private static func rendered(_ diagnostic: Diagnostic, _ bytes: [UInt8]) -> String {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let line = diagnostic.range.map { $0.start.line - 1 }.flatMap { lines.indices.contains($0) ? lines[$0] : nil }
        return DiagnosticRenderer().render(
            diagnostic, sourceLine: line.map { String(decoding: $0, as: UTF8.self) })
    }

    static func dockerfile() -> FuzzSubject {
        FuzzSubject(seeds: dockerfiles.map { Array($0.utf8) }, words: dockerWords) { bytes in
            let source = DockerfileSource(bytes: bytes, file: "Dockerfile")
            let report = DockerfileLint.check(bytes, file: "Dockerfile")
            if let error = report.error, error.diagnostics.isEmpty {
                throw Finding(description: "an error says nothing")
            }
            for diagnostic in report.warnings + (report.error?.diagnostics ?? []) {
                _ = rendered(diagnostic, bytes)
            }
            guard let tree = try? DockerfileTree.parse(source) else { return }
            guard (try? DockerfileTree.parse(DockerfileSource(bytes: tree.printed, file: "printed"))) != nil else {
                throw Finding(description: "what is printed cannot be read")
            }
            guard let dockerfile = try? Dockerfile.parse(bytes, file: "Dockerfile") else { return }
            for command in dockerfile.metaArguments + dockerfile.stages.flatMap(\.commands) {
                var scope = ExpansionScope(expander: dockerfile.wordExpander) { $0 == "V" ? "/a*[b" : nil }
                _ = try? command.instruction.expanded(in: &scope)
                if case .onbuild(let trigger) = command.instruction {
                    _ = try? Command.parseTrigger(trigger.expression)
                }
            }
        }
    }

    static func expansion() -> FuzzSubject {
        let seeds = [
            "$a ${b} ${c:-d} ${e:+f} ${g:?h} \"${a}\" '$a' \\$a",
            "${a#*b} ${a##b*} ${a%c} ${a%%?} ${a/b/c} ${a//[a-z]/x}",
            "${a:-${b:-${c}}} ${x-} ${1} $1a ${a/#b/${c}}", "${a//\\/\\//x} ${a%[!a-b]*} ${a#\\}}",
        ]
        return FuzzSubject(seeds: seeds.map { Array($0.utf8) }, words: dockerWords + ["*", "?", "[", "]", "[!", "\\"]) {
            bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            let lookup = { (name: String) -> String? in
                ["a": "/usr/local/bin", "b": "éb*[a]\\", "c": ""][name]
            }
            for expander in [WordExpander(), WordExpander(escape: UInt8(ascii: "`")), WordExpander.heredoc] {
                do throws(WordError) { _ = try expander.expand(text, lookup: lookup) } catch {}
            }
        }
    }

    static func dockerignore() -> FuzzSubject {
        let seeds = [
            "# words\n*.o\n!keep.o\n**/x/**\n/a/../b\n\\!x\n[a-z]?\\*\n  trailing  \n",
            "*\n!src\n!src/**/*.c\r\n.git\n", "a/**/b\n**\n!**/.c",
        ]
        return FuzzSubject(
            seeds: seeds.map { Array($0.utf8) },
            words: ["**", "*", "?", "[", "]", "[^", "-", "\\", "!", "/", "..", "\n", "\u{FEFF}", "é"],
            longest: 4096
        ) { bytes in
            guard let patterns = try? IgnorePatterns.parse(bytes, file: ".dockerignore") else { return }
            for path in ["a", "a/b/c.o", "src/x/y.c", ".git", "é/\u{301}", String(repeating: "a/", count: 60) + "b"] {
                _ = patterns.verdict(path)
                _ = patterns.mayKeepBelow(path)
            }
        }
    }

    static func deck() -> FuzzSubject {
        let seeds = [
            "title: T\nclass: center, middle\n# One\n\n- a\n  1. b\n--\n- c\n???\nnotes\n---\nname: x\ntemplate: y\n.red[text .b[in] ] ![i](p.png)\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n",
            "---\ntheme: dark\n---\n\n# Two\n\n```dockerfile exercise=x file=Dockerfile\nFROM debian\n```\n\n<!-- pause -->\n<!-- lesson: exercise id=a -->\n\n{{include.x}} $x$ `code` [l][r]\n\n[r]: https://example.com\n",
            "layout: true\n.footer[f]\n---\ncount: false\n## Three\n> quote\n\n```sh\n$ docker build . \\\n  -t x\n```\n\n<details><summary>s</summary>\n\n***b*i**\n</details>\n",
        ]
        let words = [
            "\n---\n", "\n--\n", "\n???\n", "```", "~~~", ".a[", "]", "![", "](", "<!--", "-->", "\n    ", "\t", "{{",
            "}}",
            "name: ", "template: ", "layout: true", "| ", "|--", "\u{0}", "\r", "\u{FEFF}", "> ", "1. ", "[x]: ", "&#",
            "**", "<br>",
        ]
        return FuzzSubject(seeds: seeds.map { Array($0.utf8) }, words: words) { bytes in
            let deck = Deck(parsing: bytes)
            // Each fragment holds all that was shown before it; a front end draws one at a time.
            for slide in deck.slides.prefix(4) + deck.slides.suffix(2) { _ = slide.blocks }
            // Measuring draws every one of them.
            let rows = deck.slides.count < 64 ? 24 : nil
            _ = DeckLint.lint(deck, terminalColumns: rows == nil ? nil : 80, rows: rows) { $0.count % 2 == 0 }
            for diagnostic in deck.diagnostics { _ = rendered(diagnostic, bytes) }
        }
    }

    /// A folder of which the manifest is what changes.
    static func lesson() throws -> FuzzSubject {
        var template = Array("\(FileManager.default.temporaryDirectory.path)/lesson-fuzz-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        let folder = Folder(path: FilePath(platformString: template))
        let url = URL(fileURLWithPath: folder.path.string)
        try FileManager.default.createDirectory(at: url.appending(path: "starter"), withIntermediateDirectories: true)
        try Data("FROM debian\n".utf8).write(to: url.appending(path: "starter/Dockerfile"))
        try Data("# Hello\n\n---\n# Exercise\n".utf8).write(to: url.appending(path: "slides.md"))
        let seeds = [
            """
            title: Stages
            deck: slides.md
            images:
              - names: [debian, "debian:12"]
                registry: debian:bookworm
                make: {debian: bookworm, include: [gcc], environment: {PATH: "/bin"}}
              - names: [a]
                make: {like: debian}
            exercises:
              - id: one
                title: One
                slide: Exercise
                starter: starter
                base: [debian]
                tag: hello
                network: isolated
                limits: {build: 15m, build_cpu: 5m, run: 5s, memory: 2G, output: 64K, disk: 1T}
                points: 100
                checks:
                  - {id: built, kind: builds, points: 40, gate: true, required: true, title: t, why: w}
                  - {id: runs, kind: run, stdout: "Hello", points: 60, needs: built}
                  - id: small
                    kind: size
                    points: 0
                    max: 10M
                  - {id: d, kind: image-delta, points: 0, allow: ["/hello"], mode: 0755}

            """,
            "deck: slides.md\nexercises: &a\n  - &b {id: x, starter: starter}\n  - *b\nx: {<<: *a}\n? [k]\n: !!int 1_000\nf: .inf\n",
        ]
        let words = [
            "&a ", "*a", "<<: ", "!!float ", "? ", ": ", "- ", "{", "[", "|\n", ">-\n", "---\n", "...", "\t", "\u{0}",
            "~", ".nan",
            "9999999999999999999G", "-1s", "0x7fffffffffffffff", "1e400", "../../etc", "/etc", "\"\\x00\"", "é",
            "%YAML 9.9\n",
        ]
        return FuzzSubject(seeds: seeds.map { Array($0.utf8) }, words: words) { bytes in
            try Data(bytes).write(to: url.appending(path: "lesson.yml"))
            do throws(LessonError) {
                _ = try Lesson(loading: folder.path)
            } catch {
                guard !error.diagnostics.isEmpty else { throw Finding(description: "an error says nothing") }
                for diagnostic in error.diagnostics { _ = rendered(diagnostic, bytes) }
            }
            _ = folder
        }
    }
}

/// Removed with the last closure that holds it.
private final class Folder {
    let path: FilePath
    init(path: FilePath) { self.path = path }
    deinit { try? FileManager.default.removeItem(atPath: path.string) }
}
