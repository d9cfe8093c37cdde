import Testing

@testable import Checks

@Suite struct PathAndGlobTests {
    @Test(arguments: [
        ("hello", "/hello"), ("/a//b/", "/a/b"), ("/a/./b/../c", "/a/c"), ("/..", "/"), ("", "/"), ("/", "/"),
        ("../../x", "/x"),
    ])
    func normalises(_ text: String, _ expected: String) {
        #expect(ImagePath(text).string == expected)
    }

    @Test func knowsWhatIsBelow() {
        #expect(ImagePath("/a/b").suffix(below: ImagePath("/a")) == Array("b".utf8))
        #expect(ImagePath("/ab").suffix(below: ImagePath("/a")) == nil)
        #expect(ImagePath("/a").suffix(below: ImagePath("/a")) == [])
        #expect(ImagePath("/a").suffix(below: .root) == Array("a".utf8))
        #expect(ImagePath("/a/b").parent == ImagePath("/a"))
        #expect(ImagePath("/a").parent == .root)
        #expect(ImagePath.root.parent == nil)
    }

    @Test func namesAreBytes() {
        let composed = ImagePath("/\u{E9}")
        let decomposed = ImagePath("/e\u{301}")
        #expect(composed != decomposed)
        #expect(ImagePath(bytes: [0x2F, 0xFF]).description == "/\\xFF")
    }

    @Test(arguments: [
        ("*.c", "/src/hello.c", true), ("*.c", "/src/hello.cc", false), ("/src/*.c", "/src/hello.c", true),
        ("/src/*.c", "/src/a/hello.c", false), ("/src/**", "/src/a/b", true), ("/src/**", "/srcs", false),
        ("**/bin/gcc", "/usr/bin/gcc", true), ("**/bin/gcc", "/bin/gcc", true), ("hello?", "/hello1", true),
        ("hello?", "/hello", false), ("[a-c]x", "/bx", true), ("[!a-c]x", "/bx", false), ("[", "/[", true),
        ("\\*", "/*", true), ("\\*", "/a", false), ("/var/lib/apt/lists/**", "/var/lib/apt/lists/x/y", true),
        ("", "/a", false), ("**", "/a/b", true), ("**/bin/as", "/opt/cabin/as", false), ("/**/b", "/ab", false),
    ])
    func matches(_ pattern: String, _ path: String, _ expected: Bool) {
        #expect(Glob(pattern).matches(path) == expected)
    }

    /// What a pattern means, said as shortly as can be: compared with all short texts.
    private static func means(_ pattern: [Character], _ text: [Character]) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        let rest = Array(pattern.dropFirst())
        if first == "*" {
            if rest.first == "*" {
                let behind = Array(rest.dropFirst())
                if behind.first == "/", means(Array(behind.dropFirst()), text) { return true }
                return (0...text.count).contains { means(behind, Array(text.dropFirst($0))) }
            }
            let reach = text.prefix { $0 != "/" }.count
            return (0...reach).contains { means(rest, Array(text.dropFirst($0))) }
        }
        guard let next = text.first, first == "?" ? next != "/" : first == next else { return false }
        return means(rest, Array(text.dropFirst()))
    }

    @Test(arguments: [
        "/a*b", "*/b", "/**/b", "**/b", "a/**", "/a/**/b*", "**/a/*", "/?b", "**b", "/*", "**/ab*", "**/a?/**", "/b**",
    ])
    func aGlanceTellsNothingElseThanACloseLook(_ pattern: String) {
        var (texts, longest) = ([""], [""])
        for _ in 0..<5 {
            longest = longest.flatMap { [$0 + "a", $0 + "b", $0 + "/"] }
            texts += longest
        }
        let glob = Glob(pattern)
        let wrong = texts.filter { glob.matches($0) != Self.means(Array(pattern), Array($0)) }
        #expect(wrong == [])
        #expect(texts.contains { glob.matches($0) })
    }

    @Test func aPatternOfStarsIsNoTrap() {
        let pattern = String(repeating: "*a", count: 400)
        #expect(!Glob(pattern, crossesSlashes: true).matches(String(repeating: "a", count: 399) + "b"))
    }

    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (17_920, "17.9 kB"), (445_082_112, "445 MB"),
        (170_400_000, "170 MB"), (999_950, "1 MB"), (1_500_000_000, "1.5 GB"), (-5, "-5 B"), (Int64.max, "9223 PB"),
    ])
    func sizesReadAsDockers(_ bytes: Int64, _ expected: String) {
        #expect(Wording.bytes(bytes) == expected)
    }

    @Test func aTreeFollowsLinksInsideItself() {
        func link(_ path: String, _ target: String) -> LayerTable.Entry {
            LayerTable.Entry(path: ImagePath(path), kind: .symlink, target: Array(target.utf8))
        }
        let tree = FileTree([
            LayerTable(
                id: "a",
                entries: [
                    Samples.directory("/usr"), Samples.directory("/usr/lib64"), Samples.file("/usr/lib64/ld.so"),
                    link("/lib64", "usr/lib64"), link("/loop", "loop"), link("/out", "../../../usr/lib64/ld.so"),
                    link("/abs", "/lib64/./ld.so"),
                ]),
            LayerTable(id: "b", entries: [Samples.entry("/abs", .whiteout)]),
        ])
        #expect(tree.resolve(ImagePath("/lib64/ld.so"))?.entry.path == ImagePath("/usr/lib64/ld.so"))
        #expect(tree.resolve(ImagePath("/out"))?.entry.path == ImagePath("/usr/lib64/ld.so"))
        #expect(tree.resolve(ImagePath("/loop")) == nil)
        #expect(tree.resolve(ImagePath("/abs")) == nil)
    }
}
