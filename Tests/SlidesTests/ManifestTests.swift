import Diagnostics
import Slides
import Testing

@Suite struct ManifestTests {
    static func scalar(_ text: String, _ line: Int = 1) -> ManifestValue { .scalar(text, line: line) }

    static func manifest(_ content: [ManifestValue], _ more: [ManifestValue.Entry] = []) -> ManifestValue {
        .map(
            [
                .init(key: "title", value: scalar("Our\ncourse", 1)),
                .init(key: "gitrepo", value: scalar("example.org/c", 2)),
                .init(key: "chat", value: scalar("the chat", 3)),
            ] + more + [.init(key: "content", value: .list(content, line: 6))], line: 1)
    }

    static let files: [CourseManifest.Request: String] = [
        .content("a.md"): "# First\n\nIn @@CHAT@@, @@UNKNOWN@@.\n---\nclass: self-paced\n\nalone",
        .content("b.md"):
            "# Second one!\n\n```yaml\n@@INCLUDE[k8s/x.yml]\n```\n\nAfter @@LINK[k8s/x.yml].\n\n---\n\nlast\n",
        .content("toc.md"): "@@TOC@@\n", .include("k8s/x.yml"): "a: 1\n---\nb: 2\n",
    ]

    func load(_ manifest: CourseManifest) -> Deck { manifest.deck { Self.files[$0].map { Array($0.utf8) } } }

    @Test func courseIsOneDeck() throws {
        let value = Self.manifest(
            [
                Self.scalar("toc.md", 7), Self.scalar("a.md", 8), .list([Self.scalar("b.md", 9)], line: 9),
                Self.scalar("# Inline\n\nx\n", 10),
            ],
            [.init(key: "exclude", value: .list([Self.scalar("self-paced")], line: 4))])
        let course = load(CourseManifest(value, file: "course.yml"))
        #expect(course.title == "Our course")
        #expect(course.slides.map(\.number) == Array(1...course.slides.count))
        #expect(course.slides.map(\.file) == ["toc.md", "toc.md", "toc.md", "a.md", "b.md", "b.md", "course.yml"])
        #expect(
            course.slides.map(\.title) == ["Module 1", "Module 2", "Module 3", "First", "Second one!", nil, "Inline"])
        #expect(course.slides[4].name == "toc-second-one")
        #expect(Outline.text(course).contains("In the chat, @@UNKNOWN@@."))
        let fence = try #require(course.slides[4].fences.first)
        #expect(fence.text == "a: 1\n---\nb: 2\n")
        #expect(fence.line == 3)
        // Lines after an include are those of the file.
        #expect(course.slides[5].line == 10)
        #expect(
            Outline.text(course).contains("7-7 p After <a https://example.org/c/tree/main/k8s/x.yml ''>k8s/x.yml</a>."))
        #expect(course.slides[6].line == 11)
        #expect(course.parts.map(\.slides) == [0..<3, 3..<4, 4..<6, 6..<7])
        #expect(course.diagnostics.isEmpty)
    }

    @Test func whatIsMissingIsSaid() {
        let value = Self.manifest([Self.scalar("gone.md", 7), .map([], line: 8)])
        let course = load(CourseManifest(value, file: "course.yml"))
        #expect(course.diagnostics.map(\.id) == ["invalid-manifest", "missing-include"])
        #expect(course.diagnostics.map { $0.range?.start.line } == [8, 7])
        #expect(CourseManifest(Self.scalar("x")).diagnostics.map(\.id) == ["invalid-manifest"])
    }

    @Test func overridesReplaceValues() {
        let manifest = CourseManifest(
            Self.manifest([Self.scalar("a.md")]), overrides: ["CHAT": "elsewhere", "exclude": "x"])
        #expect(manifest.excludedClasses == ["x"])
        #expect(Outline.text(load(manifest)).contains("In elsewhere"))
    }

    @Test func partsNestOnlySoDeep() {
        var value = Self.scalar("a.md")
        for _ in 0..<1000 { value = .list([value], line: 1) }
        let manifest = CourseManifest(Self.manifest([value]))
        #expect(manifest.diagnostics.map(\.id) == ["invalid-manifest"])
    }
}

@Suite struct CourseLintTests {
    static let files: [String: String] = [
        "a.md":
            "# A\n\nSee [one] and [Two].\n\n---\nname: x\n\n```a b\nc\n```\r\n\n@@INCLUDE[k/x.yml]\n\ntext\n---\n\nend\n",
        "b.md": "# A\n\n[one]: http://one/\n\n---\nname: x\n\n[two]: http://two/\n[one]: http://other/\n",
        "c.md": "# C\n\n```\nopen\n\n---\n\n# Z <!-- lesson:chekc -->\n",
    ]

    static func course(_ content: [ManifestValue], file: String = "course.yml") -> Deck {
        CourseManifest(ManifestTests.manifest(content), file: file).deck { request in
            switch request {
            case .content(let name): Self.files[name].map { Array($0.utf8) }
            case .include: Array("1\n2\n3\n".utf8)
            }
        }
    }

    /// remark is given one text of all files: a definition holds in those before it too, and the first of a label counts.
    @Test func definitionsHoldInAllFiles() {
        let course = Self.course(["a.md", "b.md"].map { ManifestTests.scalar($0) })
        #expect(Outline.text(course).contains("See <a http://one/ ''>one</a> and <a http://two/ ''>Two</a>."))
        #expect(course.linkDefinitions.map(\.destination) == ["http://one/", "http://two/"])
        #expect(course.linkDefinitions.map(\.line) == [3, 8])
    }

    /// Each finding at the line its author wrote, whatever was put in before it.
    @Test func everyFileIsLinted() {
        let course = Self.course([
            ManifestTests.scalar("a.md", 7), ManifestTests.scalar("b.md", 8), ManifestTests.scalar("c.md", 9),
            ManifestTests.scalar("# Here\n\n````\nx\n```\n", 20), ManifestTests.scalar("a.md", 30),
        ])
        let found = DeckLint.lint(course).map { "\($0.file ?? "-"):\($0.range?.start.line ?? 0) \($0.id)" }
        #expect(
            found == [
                "course.yml:25 fence-length", "a.md:8 fence-info", "a.md:10 line-ends", "a.md:15 setext-accident",
                "b.md:6 duplicate-id", "c.md:3 unclosed-fence", "c.md:6 split-disagreement", "c.md:8 unknown-directive",
            ])
        let messages = DeckLint.lint(course).map(\.message)
        #expect(messages.contains("the name 'x' is that of the slide at a.md:6 too"))
        #expect(messages.contains { $0.hasPrefix("the fence of line 23 opens") })
    }

    @Test func filesAreNamedFromWhereTheManifestIs() {
        let course = Self.course([ManifestTests.scalar("c.md", 7)], file: "slides/course.yml")
        #expect(course.slides.map(\.file) == ["slides/c.md", "slides/c.md"])
        #expect(Set(DeckLint.lint(course).map(\.file)) == ["slides/c.md"])
    }
}
