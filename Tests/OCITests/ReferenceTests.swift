import Testing

@testable import OCI

@Suite("The names of images")
struct ReferenceTests {
    @Test(
        "short and long forms are the same name",
        arguments: [
            ("alpine", "alpine", "docker.io/library/alpine"),
            ("alpine:3.20", "alpine:3.20", "docker.io/library/alpine:3.20"),
            ("library/alpine", "alpine", "docker.io/library/alpine"),
            ("docker.io/alpine", "alpine", "docker.io/library/alpine"),
            ("index.docker.io/library/alpine", "alpine", "docker.io/library/alpine"),
            ("someone/tool:1", "someone/tool:1", "docker.io/someone/tool:1"),
            ("a/b/c", "a/b/c", "docker.io/a/b/c"),
            ("localhost/thing", "localhost/thing", "localhost/thing"),
            ("localhost:5000/thing:t", "localhost:5000/thing:t", "localhost:5000/thing:t"),
            ("registry.example:443/a/b", "registry.example:443/a/b", "registry.example:443/a/b"),
            ("[::1]:5000/a", "[::1]:5000/a", "[::1]:5000/a"),
            ("Upper/thing", "Upper/thing", "Upper/thing"),
            ("a__b.c---d", "a__b.c---d", "docker.io/library/a__b.c---d"),
        ])
    func forms(text: String, familiar: String, canonical: String) throws {
        let reference = try Reference(parsing: text)
        #expect(reference.familiar == familiar)
        #expect(reference.canonical == canonical)
        #expect(try Reference(parsing: canonical) == reference)
        #expect(try Reference(parsing: familiar) == reference)
    }

    @Test func `a digest pins, with a tag and without`() throws {
        let digest = Digest.sha256(of: "x")
        let pinned = try Reference(parsing: "alpine:3@\(digest)")
        #expect(pinned.tag == "3")
        #expect(pinned.digest == digest)
        #expect(pinned.withDefaultTag == pinned)
        #expect(try Reference(parsing: "alpine@\(digest)").withDefaultTag.tag == nil)
        #expect(try Reference(parsing: "alpine").withDefaultTag.tag == "latest")
    }

    @Test(
        "what is no name is told why",
        arguments: [
            ("", ReferenceError.Problem.empty), ("Alpine", .upperCase), ("a/B", .upperCase), ("a:", .tag),
            ("a:-x", .tag), ("a:" + String(repeating: "x", count: 129), .tag), ("a@sha256:12", .digest),
            ("a@md5:d41d8cd98f00b204e9800998ecf8427e", .digest), ("-a", .name), ("a-", .name), ("a..b", .name),
            ("a___b", .name), ("a//b", .name), ("/a", .name), ("a/", .name), ("a b", .name), ("é", .name),
            ("a\u{0}", .name), ("ex-.com/a", .registry), ("a.com:port/x", .registry), ("a.com/", .empty),
            (String(repeating: "a", count: 300), .tooLong), (String(repeating: "ab", count: 32), .identifier),
        ])
    func problems(text: String, problem: ReferenceError.Problem) {
        #expect(throws: ReferenceError(text: text, problem: problem)) { try Reference(parsing: text) }
    }
}
