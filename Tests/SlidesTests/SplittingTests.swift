import Diagnostics
import Slides
import Testing

@Suite struct SplittingTests {
    /// Text, slides, fragments.
    @Test(arguments: [
        ("", 1, 0), ("a", 1, 0), ("---", 2, 0), ("---\n", 2, 0), ("a\n---", 2, 0), ("a\n---\nb", 2, 0),
        ("a\n--- \nb", 1, 0), ("a\n ---\nb", 1, 0), ("a\n----\nb", 1, 0), ("a\n---\n---\nb", 3, 0),
        ("a\n--\nb", 1, 1), ("a\n-- \nb", 1, 0), ("--\nb", 1, 1), ("a\n<!-- break -->\nb", 2, 0),
        ("a\n<!--break-->\nb", 2, 0), ("a <!-- break -->\nb", 1, 0), ("a\r\n---\r\nb", 2, 0), ("a\r---\rb", 2, 0),
        ("a\r---\n\r\n--\rb", 2, 1), ("???\n---\nb", 2, 0), ("a\n???\nb\n--\nc", 1, 1),
        ("```\n---\n```\n", 1, 0), ("~~~\n---\n~~~\n---\n", 2, 0), ("```yaml\na\n---\nb\n---\nc\n```\n---\nd", 2, 0),
        ("```bash\na\n---\n\nb\n", 2, 0), ("````\na\n```\n---\nb", 2, 0), ("```\na\n````\n---\nb", 2, 0),
        ("```a\n---\n# b\n\n```c\nd\n```\n", 2, 0), ("```a\n---\n\n```\nd\n```\n", 2, 0),
        ("- ```a\n  ---\n---\n  b\n  ```\n", 1, 0), ("    ```\n---\nb", 2, 0), ("``` -->\n---\nb\n```", 2, 0),
        ("```a```\n---\nb", 2, 0), ("<!--\n```\n-->\n---\n```\nx\n```\n", 2, 0),
        (".a[\nx\n---\ny\n]\n---\nb", 2, 0), (".a[\nx\n--\ny\n]\n", 1, 0),
        (".a[\nx\n---\n# y\n]\n", 2, 0), (".a[\nx\n---\ny\n", 2, 0),
        ("layout: true\n---\na", 1, 0), ("exclude: true\n--\nx\n---\na", 1, 0), ("a\n--\nexclude: true\n--\nb", 1, 1),
        ("---\ntitle: x\n---\na", 1, 0), ("---\ntitle: x\n\n---\na", 3, 0), ("---\n# a\n---\nb", 3, 0),
        ("```\n???\n```\n", 1, 0), ("```{{exec}}\na\n```{{exec}}\n---\nb", 2, 0),
    ])
    func counts(text: String, slides: Int, fragments: Int) {
        let deck = Deck(parsing: text)
        #expect(deck.slides.count { !$0.isFragment } == slides, "\(text.debugDescription)")
        #expect(deck.slides.count { $0.isFragment } == fragments, "\(text.debugDescription)")
        #expect(deck.slides.map(\.number) == Array(1...slides + fragments))
    }

    /// What remark itself makes of it, accidents included.
    @Test(arguments: [
        ("a\n---\nb", 2), ("a ` lone\n---\nb ` pair", 1), ("```bash\na\n---\n\nb\n---\n```\nc", 1),
        ("```bash {x}\n---\n```\n", 1), ("~~~bash {x}\n---\n~~~\n", 2), ("````\na\n```\n---\nb", 2),
        (".a[\n---\n]\n---\nb", 2), (".a[\n---\nb", 2),
        ("\\.a[\n---\n]", 2), ("    indented\n\n---\nb", 2), ("[x]: y\n---\nb", 2), ("a\n```x\ntext ```\n---\nb", 2),
        ("![:m x](y)\n---\nb", 2), ("---\ntitle: x\n---\na", 3), ("~~~\n---\n~~~", 1), ("```\n---\n", 2),
    ])
    func strictRemark(text: String, slides: Int) {
        #expect(
            Deck(parsing: text, options: DeckOptions(strictRemark: true)).slides.count == slides,
            "\(text.debugDescription)")
    }

    @Test func excludedClassesTakeTheirFragmentsWithThem() {
        let text = "class: a, self-paced\n\nx\n--\ny\n---\nclass: b\n\nz\n--\nclass: self-paced\n\nw\n--\nv"
        let deck = Deck(parsing: text, options: DeckOptions(excludedClasses: ["self-paced"]))
        #expect(deck.slides.map(\.line) == [7, 15])
        #expect(deck.slides.last?.blocks.count == 2)
    }

    @Test func linesOfSlides() {
        let deck = Deck(parsing: "a\n---\n---\nb\nc\n???\nn\n---\n")
        #expect(deck.slides.map(\.line) == [1, 3, 4, 9])
        #expect(deck.slides.map(\.endLine) == [1, 3, 7, 9])
    }

    @Test func boundsAreReported() {
        let limits = DeckOptions.Limits(bytes: 40, slides: 3)
        let deck = Deck(parsing: String(repeating: "x\n---\n", count: 20), options: DeckOptions(limits: limits))
        #expect(deck.slides.count == 3)
        #expect(deck.diagnostics.map(\.id) == ["text-too-large", "too-many-slides"])
    }
}
