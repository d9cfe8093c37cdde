/// The bytes of a Dockerfile and the name a person gave it.
///
/// Bytes, not a `String`: columns, line ends and invalid UTF-8 stay what they are in the file.
package struct DockerfileSource: Sendable {
    /// The whole text.
    package let bytes: [UInt8]
    /// The file's name as messages show it.
    package let file: String
    /// Where each line starts in `bytes`.
    private let starts: [Int]

    /// Takes a text apart into lines, in one pass.
    package init(bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
        var starts: [Int] = []
        var index = 0
        while index < bytes.count {
            starts.append(index)
            index = (bytes[index...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count) + 1
        }
        self.starts = starts
    }

    /// How many lines there are; a line end after the last line does not start another.
    package var lineCount: Int { starts.count }

    /// The bytes of a 1-based line, without its line end and, on line 1, without the byte order mark.
    package func line(_ number: Int) -> ArraySlice<UInt8>? {
        guard number >= 1, number <= starts.count else { return nil }
        var start = starts[number - 1]
        var end = number < starts.count ? starts[number] - 1 : bytes.count
        if number == starts.count, end > start, bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        if number == 1, bytes[start..<end].starts(with: [0xEF, 0xBB, 0xBF]) { start += 3 }
        return bytes[start..<end]
    }

    /// The bytes of a 1-based line with its line end.
    func rawLine(_ number: Int) -> ArraySlice<UInt8> {
        guard number >= 1, number <= starts.count else { return [] }
        return bytes[starts[number - 1]..<(number < starts.count ? starts[number] : bytes.count)]
    }

    /// The text of a 1-based line for an excerpt, or nil when there is no such line. Long lines are cut to 64 KiB.
    package func sourceLine(_ number: Int) -> String? {
        line(number).map { String(decoding: $0.prefix(65_536), as: UTF8.self) }
    }
}
