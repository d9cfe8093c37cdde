import Diagnostics
import Testing

struct SuggestionTests {
    static let instructions = ["FROM", "RUN", "COPY", "CMD", "ENV", "ENTRYPOINT", "EXPOSE", "WORKDIR"]

    @Test(arguments: [
        ("RUM", "RUN"), ("RNU", "RUN"), ("nur", "RUN"), ("MORF", "FROM"), ("CYOP", "COPY"), ("VNE", "ENV"),
        ("COPPY", "COPY"), ("form", "FROM"), ("ENTRYPIONT", "ENTRYPOINT"), ("WORKDIRR", "WORKDIR"),
    ])
    func nearMissesAreFound(word: String, expected: String) {
        #expect(Suggestion.nearest(to: word, among: Self.instructions) == expected)
    }

    @Test(arguments: ["", "HELLO", "XY", "apt-get"])
    func farWordsAreNot(word: String) {
        #expect(Suggestion.nearest(to: word, among: Self.instructions) == nil)
    }
}
