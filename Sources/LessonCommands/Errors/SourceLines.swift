import Diagnostics
import Lessons
import SystemPackage

/// The lines that diagnostics point at, read from their files, to be drawn under what is said of them.
struct SourceLines {
    /// Files larger than this are not read for the sake of a caret.
    private static let limit = 4 << 20

    private var files: [String: [Substring]] = [:]

    /// The line where a diagnostic begins; nil when there is none to be had.
    mutating func line(of diagnostic: Diagnostic) -> String? {
        guard let file = diagnostic.file, let number = diagnostic.range?.start.line else { return nil }
        let lines = files[file] ?? Self.read(file)
        files[file] = lines
        guard lines.indices.contains(number - 1) else { return nil }
        return String(lines[number - 1])
    }

    private static func read(_ file: String) -> [Substring] {
        guard let bytes = try? LocalFiles.read(FilePath(file), limit: limit).bytes else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(omittingEmptySubsequences: false) { $0.isNewline }
    }
}
