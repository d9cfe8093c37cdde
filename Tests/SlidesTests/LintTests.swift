import Diagnostics
import Foundation
import Slides
import Testing

@Suite struct LintTests {
    static func ids(_ text: String, columns: Int? = nil, rows: Int? = nil) -> [String] {
        DeckLint.lint(Deck(parsing: text), terminalColumns: columns, rows: rows) { $0 == "there.png" }
            .map { "\($0.id):\($0.range?.start.line ?? 0)" }
    }

    /// Each with the rules that its mistake breaks, and no other.
    @Test(
        arguments: [
            ("# a\n\n---\n\nb", []), ("\u{FEFF}# a", ["byte-order-mark:1"]), ("a\r\nb\r\n", ["line-ends:1"]),
            ("a\n\nb\r\n", ["line-ends:3"]), ("```a\n\n---\n\nb", ["unclosed-fence:1", "split-disagreement:3"]),
            ("```a b\n```", ["fence-info:1"]), ("a\n---\nb", ["setext-accident:2"]),
            ("````\na\n```\n\n---\n\nb", ["fence-length:3", "split-disagreement:5"]),
            ("- x\n  ```a\nb\n  ```\n", ["fence-outdented:2"]),
            ("<!-- lesson:exercize id=a -->", ["unknown-directive:1"]),
            ("<!-- lesson:exercise id=a -->\n<!-- lesson:hint b -->", []),
            ("<!-- lesson:exercise id=a -->", ["missing-hint:1"]),
            ("<!-- lesson:exercise -->\n<!-- lesson:hint b -->", ["missing-argument:1"]),
            (
                "<!-- lesson:exercise id=a -->\n<!-- lesson:hint b -->\n\n<!-- lesson:exercise id=a -->\n<!-- lesson:hint b -->",
                ["duplicate-id:4"]
            ),
            ("x\n<!-- leson:exercise id=a -->", ["misspelt-namespace:2"]), ("x\n<!-- lessons: learnt -->", []),
            ("name: a\n\n---\nname: a\n", ["duplicate-id:4"]),
            ("![](gone.png) ![](there.png) ![](https://x/y.png)", ["missing-image:1"]),
            (".a[\nb\n", ["unclosed-class:1"]), ("x\n<!-- a\n\n", ["unclosed-comment:2"]),
            ("Note: a\n\nb", ["prose-as-property:1"]),
            ("a\n\n--- \n\nb", ["separator-space:3"]),
            ("```\nFROM debian\n```", ["detected-exercise:1", "unpinned-base:2"]),
            ("```\nFROM debian:12 AS a\nFROM a\n```", ["detected-exercise:1"]),
            ("```\nFROM x/y:latest\n```", ["detected-exercise:1", "unpinned-base:2"]),
            ("```\nFROM scratch\nFROM h:5000/x\nFROM x@sha256:1\n```", ["detected-exercise:1", "unpinned-base:3"]),
            ("a ` b\n\n---\n\nc ` d\n", ["remark-split:3"]),
        ] as [(String, [String])])
    func rules(text: String, expected: [String]) {
        #expect(Self.ids(text) == expected, "\(text.debugDescription)")
    }

    @Test func sizes() {
        let tall = (1...30).map { "- item \($0)" }.joined(separator: "\n")
        #expect(Self.ids("# a\n\n" + tall, columns: 80, rows: 24) == ["slide-too-tall:1"])
        #expect(Self.ids("# a\n\n" + tall, columns: 80, rows: 40) == [])
        let wide = "```\n" + String(repeating: "x", count: 90) + "\n```"
        #expect(Self.ids(wide, columns: 80, rows: 24) == ["slide-too-wide:2"])
        #expect(Self.ids(String(repeating: "word ", count: 40), columns: 80, rows: 24) == [])
    }

    @Test func unknownDirectiveSaysWhereAndWhat() throws {
        let deck = Deck(parsing: "é <!-- lesson:chekc a=b -->", options: DeckOptions(file: "a.md"))
        let found = try #require(DeckLint.lint(deck).first)
        #expect(
            DiagnosticRenderer().headline(found) == "a.md:1:8: error: unknown directive 'chekc' [unknown-directive]")
        #expect(found.hint == "did you mean 'check'?")
    }

    /// The documentation has a section for each rule, and none for a rule there is not.
    @Test func everyRuleIsDocumented() throws {
        let path = URL(filePath: #filePath).appending(path: "../../../docs/lint-rules.md").standardized
        let text = try String(contentsOf: path, encoding: .utf8)
        let documented = text.split(separator: "\n").filter { $0.hasPrefix("## `") }
            .map { $0.dropFirst(4).prefix { $0 != "`" } }.map(String.init)
        #expect(documented == LintRule.all.map(\.id).sorted())
        #expect(LintRule.all.map(\.id) == LintRule.all.map(\.id).sorted())
    }
}
