/// A fenced code block.
public struct Fence: Hashable, Sendable {
    /// The language, the first word of the info string; empty when there is none. Real decks label C, Dockerfiles and
    /// builder logs `bash` too: it is a hint for colours, no proof.
    public var language: String
    /// The whole info string.
    public var info: String
    /// The line of the opening marker, 1-based.
    public var line: Int
    /// The code, each line ended by a line feed, indentation of the fence removed.
    public var text: String
    /// The file it stands for, from a directive `lesson:file name=...` bound to it.
    public var name: String?
    /// Its place among the fences of its slide, fragments included, from 0.
    public var index: Int

    /// Makes a fence.
    public init(language: String, info: String? = nil, line: Int, text: String, name: String? = nil, index: Int) {
        self.language = language
        self.info = info ?? language
        self.line = line
        self.text = text
        self.name = name
        self.index = index
    }
}
