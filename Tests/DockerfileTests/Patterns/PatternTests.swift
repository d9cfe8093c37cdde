import Diagnostics
import Testing

@testable import Dockerfile

struct PatternTests {
    @Test(
        arguments: [
            ("*.c", "a.c", true), ("*.c", "d/a.c", false), ("d/*", "d/a", true), ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("[a-c]x", "bx", true), ("[^a-c]x", "bx", false), ("a\\*", "a*", true), ("a\\*", "ab", false),
            ("*", "", true),
            ("*a*b*c", "xaybzc", true), ("*a*b*c", "xaybzd", false), ("", "", true), ("ü*", "über", true),
        ])
    func globs(_ pattern: String, _ name: String, _ isMatch: Bool) throws {
        #expect(try GlobPattern(pattern).matches(name) == isMatch)
    }

    @Test(arguments: ["[", "[a", "[]", "a\\", "[a-", "[-a]", "[^"])
    func refusesGlobs(_ pattern: String) { #expect(throws: InstructionError.self) { try GlobPattern(pattern) } }

    @Test func matchesInTime() throws {
        let pattern = try GlobPattern(String(repeating: "*a", count: 2_000) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 5_000)))
        let ignore = try IgnorePatterns(patterns: [String(repeating: "**/a", count: 50) + "/b"])
        #expect(!ignore.ignores(String(repeating: "a/", count: 100) + "c"))
    }

    @Test(
        arguments: [
            ("*.o", "a.o", true), ("*.o", "d/a.o", false), ("**/*.o", "d/e/a.o", true), ("**/*.o", "a.o", true),
            ("build", "build/x/y", true),
            ("/build/", "build/x", true), ("./build", "build", true), ("d/**", "d/a/b", true), ("d/**", "d", false),
            ("**", "a", true),
            ("# no\n*\n!keep", "keep", false), ("*\n!keep\nkeep", "keep", true), ("*\n!d/keep", "d/keep", false),
            ("*\n!d/keep", "d/other", true),
            ("!a\na", "a", true), ("d\n!d/x", "d/x/y", false), ("a/../b", "b", true), ("  a  \r\n", "a", true),
            ("[ab]", "b", true),
            ("a.c", "axc", false), ("(x)+", "(x)+", true), ("**/x/**", "a/x/b", true),
        ])
    func ignores(_ file: String, _ path: String, _ isIgnored: Bool) throws {
        let patterns = try IgnorePatterns.parse(Array(file.utf8), file: ".dockerignore")
        #expect(patterns.ignores(path) == isIgnored)
    }

    @Test func namesTheRule() throws {
        let patterns = try IgnorePatterns.parse(Array("# c\n*.txt\n\n!a.txt\nsecret*\n".utf8), file: ".dockerignore")
        #expect(patterns.verdict("b.txt").rule == .init(pattern: "*.txt", line: 2))
        #expect(patterns.verdict("a.txt").rule == .init(pattern: "!a.txt", line: 4))
        #expect(patterns.verdict("secret/x").rule?.line == 5)
        #expect(patterns.verdict("c").rule == nil)
    }

    @Test(arguments: [
        ("*\n!d/x", "d", true), ("*\n!d/x", "e", false), ("*\n!**/x", "e", true), ("*", "d", false),
        ("*\n!d*/x", "d1", true), ("*\n!d", "d", true),
    ])
    func knowsWhereToLook(_ file: String, _ directory: String, _ mayKeep: Bool) throws {
        #expect(try IgnorePatterns.parse(Array(file.utf8), file: "").mayKeepBelow(directory) == mayKeep)
    }

    @Test(arguments: [("ok\n[\n", 2), ("a\n\n!\n", 3), ("[z-a]\n", 1)])
    func placesErrors(_ file: String, _ line: Int) throws {
        let error = try #require(throws: DockerfileError.self) {
            try IgnorePatterns.parse(Array(file.utf8), file: ".dockerignore")
        }
        #expect(error.lines == line...line)
        #expect(error.diagnostics.first?.file == ".dockerignore")
    }

    @Test(arguments: [
        ("", "."), ("a//b/", "a/b"), ("./a", "a"), ("a/../../b", "../b"), ("/..", "/"), ("/a/./b", "/a/b"),
        ("..", ".."),
    ])
    func cleansPaths(_ path: String, _ clean: String) { #expect(GoPath.clean(path) == clean) }
}
