import Diagnostics
import Testing

@testable import Dockerfile

struct LineParserTests {
    @Test(
        arguments: [
            ("FROM a\nRUN one \\\n two\n", ["FROM a", "RUN one  two"]),
            ("FROM a\nRUN one \\  \n# aside\n  # aside\n two\n", ["FROM a", "RUN one  two"]),
            ("FROM a\nRUN ends in two \\\\\nUSER b\n", ["FROM a", "RUN ends in two \\\\", "USER b"]),
            ("FROM a\r\nRUN x \\\r\n y\r\n", ["FROM a", "RUN x  y"]),
            ("\u{FEFF}FROM a\n", ["FROM a"]),
            ("FROM a\nRUN x \\", ["FROM a", "RUN x "]),
            ("# escape=`\nFROM a\nRUN x `\n y\\\n", ["FROM a", "RUN x  y\\"]),
            ("\n# escape=`\nFROM a\nRUN x `\n", ["FROM a", "RUN x `"]),
        ])
    func joinsLines(_ text: String, _ lines: [String]) throws {
        #expect(try tree(text).nodes.map(\.original) == lines)
    }

    @Test func keepsTheLinesOfAnInstruction() throws {
        let nodes = try tree("\nFROM a\n\nRUN x \\\n  y\nCOPY <<A <<B /\n1\nA\n2\nB\nUSER z\n").nodes
        #expect(nodes.map { [$0.range.start.line, $0.range.lastLine] } == [[2, 2], [4, 5], [6, 10], [11, 11]])
    }

    @Test func placesWordsInTheirOwnLines() throws {
        let nodes = try tree("FROM a\nCOPY  ü \\\n  second \\\n# aside\n\tthird /to\n").nodes
        let words = nodes[1].arguments
        #expect(words.map(\.text) == ["ü", "second", "third", "/to"])
        #expect(
            words.map { $0.range?.start } == [
                .init(line: 2, column: 7), .init(line: 3, column: 3),
                .init(line: 5, column: 2), .init(line: 5, column: 8),
            ])
        #expect(words[0].range?.end == .init(line: 2, column: 8))
    }

    @Test(
        arguments: [
            ("RUN <<EOF\nx\nEOF\n", "EOF", "x\n", true, false),
            ("RUN 3<<-'E F'\n\tx\n\tE F\n", "E F", "\tx\n", false, true),
            ("COPY <<a\"b\"c /\nabc\n", "abc", "", false, false),
            ("ONBUILD RUN <<EOF\n# no comment\nEOF\n", "EOF", "# no comment\n", true, false),
            ("ADD <<EOF /\r\nx\r\nEOF\r\n", "EOF", "x\r\n", true, false),
        ])
    func readsHeredocs(_ text: String, _ name: String, _ content: String, _ expands: Bool, _ chomps: Bool) throws {
        let heredoc = try #require(try tree(text).nodes.first?.heredocs.first)
        #expect(heredoc.name == name)
        #expect(String(decoding: heredoc.content, as: UTF8.self) == content)
        #expect(heredoc.expands == expands)
        #expect(heredoc.chomps == chomps)
    }

    @Test(
        arguments: [
            "RUN cat <<<word", "RUN echo \"<<EOF\"", "RUN echo $((1<<2))", "RUN echo $((1 << 2))", "RUN [\"<<EOF\"]",
            "ENV a=<<EOF", "CMD cat <<EOF", "RUN echo \\<<EOF",
        ])
    func takesOthersForNone(_ line: String) throws {
        #expect(try tree(line + "\nUSER a\n").nodes.map(\.heredocs.count) == [0, 0])
    }

    @Test(
        arguments: [
            ("", "no-instructions", 0), ("# only\n\n", "no-instructions", 2),
            ("FROM a\nRUN <<EOF\nx\n", "unterminated-heredoc", 2), ("# escape=x\nFROM a\n", "directive", 1),
            ("# escape=`\n# escape=`\nFROM a\n", "directive", 2), ("FROM a\nCMD [1]\n", "json-not-strings", 2),
            ("FROM a\nENV a\n", "missing-value", 2), ("FROM a\nENV a=1 b\n", "missing-equals", 2),
            ("FROM a\nRUN " + String(repeating: "x", count: 65_536), "line-too-long", 2),
        ])
    func refuses(_ text: String, _ id: String, _ line: Int) throws {
        let error = try failure(text)
        #expect(error.diagnostics.first?.id == id)
        #expect(error.lines.lowerBound == line)
        #expect(error.diagnostics.first?.hint != nil)
    }

    @Test func takesTheLongestLine() throws {
        let text = "FROM a\nRUN " + String(repeating: "x", count: 65_531)
        #expect(try tree(text + "\n").nodes.count == 2)
    }

    @Test func readsDirectives() throws {
        let directives = try tree("# syntax = docker/dockerfile:1 \n#check=skip=all\nFROM a\n").directives
        #expect(directives.syntax?.value == "docker/dockerfile:1")
        #expect(directives.check?.value == "skip=all")
        #expect(try tree("#!/usr/bin/env x\n# syntax=y\nFROM a\n").directives.syntax?.value == "y")
        #expect(try tree("# a comment\n# syntax=y\nFROM a\n").directives.syntax == nil)
    }

    @Test(arguments: [[0xFF, 0xFE, 0x46, 0x00], [0xFE, 0xFF, 0x00, 0x46], [0x46, 0x00, 0x52, 0x00]] as [[UInt8]])
    func namesOtherEncodings(_ bytes: [UInt8]) throws {
        let error = try #require(throws: DockerfileError.self) { _ = try Dockerfile.parse(bytes, file: "D") }
        #expect(error.diagnostics.first?.id == "encoding")
    }

    @Test(
        arguments: [
            ("[]", []), ("[ \"a\" , \"b\" ]", ["a", "b"]), (#"["\u00e9\n\ud83d\ude00"]"#, ["é\n😀"]),
        ])
    func readsJSON(_ text: String, _ words: [String]) throws {
        let node = try #require(try tree("CMD " + text).nodes.first)
        #expect(node.isJSON)
        #expect(node.arguments.map(\.text) == words)
    }

    @Test(arguments: ["['a']", "[\"a\",]", "[\"a\"", "[\"a\"] x", "[\"a\" \"b\"]", "[\u{201C}a\u{201D}]", "[\"\\x\"]"])
    func takesBrokenJSONForShell(_ text: String) throws {
        let node = try #require(try tree("CMD " + text).nodes.first)
        #expect(!node.isJSON)
        #expect(node.arguments.map(\.text) == [text])
    }
}
