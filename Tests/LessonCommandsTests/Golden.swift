import Foundation
import Testing

/// Compares text with a file under `Fixtures`; with LESSON_RECORD=1 in the environment it writes the file instead.
enum Golden {
    static func fixture(_ path: String) throws -> String {
        let root = try #require(Bundle.module.resourceURL)
        return try String(contentsOf: root.appendingPathComponent("Fixtures/" + path), encoding: .utf8)
    }

    static func expect(_ text: String, equals path: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        if ProcessInfo.processInfo.environment["LESSON_RECORD"] == "1" {
            let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("Fixtures/" + path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
            return
        }
        #expect(text == (try fixture(path)), sourceLocation: sourceLocation)
    }
}
