import Foundation
import Slides
import Testing

/// Every deck in `Fixtures/decks` is read as its `.outline` says. `LESSON_UPDATE_GOLDEN=1` writes the outlines anew, in
/// the source folder; read the difference before you commit it.
@Suite struct GoldenDeckTests {
    static let folder = Bundle.module.bundleURL.appending(path: "Fixtures/decks")

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return files.filter { $0.hasSuffix(".md") }.map { String($0.dropLast(3)) }.sorted()
    }()

    @Test func thereAreDecks() {
        #expect(Self.names.count >= 8)
    }

    @Test(arguments: names)
    func outline(name: String) throws {
        let bytes = [UInt8](try Data(contentsOf: Self.folder.appending(path: name + ".md")))
        let found = Outline.text(Deck(parsing: bytes))
        if ProcessInfo.processInfo.environment["LESSON_UPDATE_GOLDEN"] != nil {
            let source = URL(filePath: #filePath).deletingLastPathComponent()
            try Data(found.utf8).write(to: source.appending(path: "Fixtures/decks/\(name).outline"))
            return
        }
        let expected = try String(contentsOf: Self.folder.appending(path: name + ".outline"), encoding: .utf8)
        #expect(found == expected)
    }

    /// Line ends change nothing: not the slides, not the lines.
    @Test(arguments: names, ["\r\n", "\r"])
    func lineEnds(name: String, end: String) throws {
        let bytes = [UInt8](try Data(contentsOf: Self.folder.appending(path: name + ".md")))
        var unix: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if byte == 0x0A, index > 0, bytes[index - 1] == 0x0D { continue }
            unix.append(byte == 0x0D ? 0x0A : byte)
        }
        let other = unix.flatMap { $0 == 0x0A ? Array(end.utf8) : [$0] }
        #expect(Outline.text(Deck(parsing: unix)) == Outline.text(Deck(parsing: other)))
    }
}
