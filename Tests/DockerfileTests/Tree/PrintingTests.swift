import Testing

@testable import Dockerfile

/// parse ∘ print = identity.
struct PrintingTests {
    /// What must come back; places may differ.
    private struct Shape: Equatable {
        var keyword: String
        var flags: [String]
        var arguments: [String]
        var isJSON: Bool
        var heredocs: [Heredoc]
        var comments: [String]
        var children: [Shape]

        init(_ node: Node) {
            keyword = node.keyword.text
            flags = node.flags.map(\.text)
            arguments = node.arguments.map(\.text)
            isJSON = node.isJSON
            heredocs = node.heredocs
            comments = node.comments
            children = node.children.map(Shape.init)
        }
    }

    private func comesBack(_ bytes: [UInt8]) throws {
        guard let first = try? DockerfileTree.parse(DockerfileSource(bytes: bytes, file: "D")) else { return }
        let printed = first.printed
        let text =
            "\(String(decoding: bytes, as: UTF8.self).debugDescription) -> \(String(decoding: printed, as: UTF8.self).debugDescription)"
        do {
            let second = try DockerfileTree.parse(DockerfileSource(bytes: printed, file: "D"))
            #expect(second.nodes.map(Shape.init) == first.nodes.map(Shape.init), "\(text)")
            #expect(second.directives.escape == first.directives.escape, "\(text)")
        } catch {
            Issue.record("\(text): \(error)")
        }
    }

    @Test(
        arguments: [
            "FROM a AS b", "# escape=`\n# c\nFROM a\nRUN x `\n y", "ENV a=b c=\"d e\"\nENV k v  w", "ARG a b=c",
            "COPY --from=x --chown=\"a b\" -- --y z", "RUN --mount='a\\b' <<E\nbody\nE", "CMD [\"a\\n\", \"\\\"\"]",
            "HEALTHCHECK --interval=1s CMD [\"x\"]\nHEALTHCHECK CMD a  b", "ONBUILD COPY [\"a b\", \"c\"]",
            "BOGUS what ever\\ \\\n now\nUSER x", "\\", "RUN a\\ \\", "RUN <<A 4<<-'B'\na\nA\n\tb\n\tB\n",
        ])
    func known(_ text: String) throws { try comesBack(Array(text.utf8)) }

    @Test func longLines() throws {
        var text = "RUN x"
        for number in 0..<9_000 { text += " \\\n  # aside \(number)\n  word\(number)   #no" }
        try comesBack(Array(text.utf8))
    }

    @Test(arguments: 0..<400)
    func random(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let pieces = [
            "FROM ", "RUN ", "COPY ", "ENV ", "ARG ", "CMD ", "LABEL ", "ONBUILD ", "HEALTHCHECK ", "WHAT ", "\n", "\n",
            "\n", " ", "\t", "\\\n", "\\", "#", "# c\n", "a", "b=c", "--x=y", "--", "--\"q w\"=e", "'", "\"", "[", "]",
            "[\"a\", \"b\"]", ",", "<<E\nbody\nE\n", "<<-'E'\n\tE\n", "$x", "${y:-z}", "ü", "\u{A0}", "\u{0}", "CMD x",
        ]
        for _ in 0..<40 {
            let count = Int.random(in: 1...25, using: &generator)
            var text = ""
            for _ in 0..<count { text += pieces.randomElement(using: &generator) ?? "" }
            try comesBack(Array(text.utf8))
        }
    }

    @Test(arguments: 0..<100)
    func randomBytes(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed) + 1_000)
        for _ in 0..<40 {
            let bytes = (0..<Int.random(in: 1...60, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            try comesBack(Array("FROM a\nRUN ".utf8) + bytes)
        }
    }
}
