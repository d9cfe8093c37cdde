import Lessons

extension TextExpectation {
    /// Whether output is as expected. Compared byte by byte but for what the case says.
    func matches(_ output: [UInt8]) -> Bool {
        switch self {
        case .exactly(let text): output == Array(text.utf8)
        case .trimmed(let text): Self.trimmed(output) == Self.trimmed(Array(text.utf8))
        case .contains(let text): ByteSearch.contains(output, Array(text.utf8))
        case .glob(let text):
            Glob(text, crossesSlashes: true).matches(String(decoding: Self.trimmed(output), as: UTF8.self))
        }
    }

    /// Without white space at the end.
    static func trimmed(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        let end = bytes.lastIndex { ![0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D].contains($0) }
        return bytes[..<(end.map { $0 + 1 } ?? 0)]
    }
}
