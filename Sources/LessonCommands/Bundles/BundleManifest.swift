import FoundationEssentials
import Lessons
import OCI
import SystemPackage

/// What a bundle says of itself: every file of its lessons with its digest, every image with its id.
///
/// A bundle is a tar archive: `lesson-bundle.json`, `lessons/NAME/...`, then an image archive as `docker save` writes it.
struct BundleManifest: Codable, Hashable, Sendable {
    static let name = "lesson-bundle.json"
    static let folder = "lessons"
    static let currentVersion = 1

    struct File: Codable, Hashable, Sendable {
        var path: String
        var sha256: String
        var isExecutable: Bool
    }

    struct Lesson: Codable, Hashable, Sendable {
        var name: String
        var title: String
        var files: [File]
    }

    struct Image: Codable, Hashable, Sendable {
        var names: [String]
        var id: String
    }

    var version = currentVersion
    var lessons: [Lesson]
    var images: [Image]

    static func failure(_ words: String) -> CommandError {
        CommandError(
            "bad-bundle", words, hint: "make it again with `lesson bundle create`, or copy it again")
    }

    /// Reads a manifest from outside: names are checked here, so that none leads anywhere.
    init(reading bytes: [UInt8]) throws {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(bytes))
        } catch {
            throw Self.failure("\(Self.name) in the bundle cannot be read")
        }
        guard version == Self.currentVersion else {
            throw CommandError(
                "bundle-version", "the bundle has version \(version), and this program reads \(Self.currentVersion)",
                hint: "use the program that made it")
        }
        guard Set(lessons.map(\.name)).count == lessons.count else { throw Self.failure("two lessons have one name") }
        for lesson in lessons {
            guard Self.isName(lesson.name) else { throw Self.failure("\"\(lesson.name)\" is no name of a lesson") }
            for file in lesson.files where !Self.isInside(file.path) {
                throw Self.failure("the path \"\(file.path)\" leaves its lesson")
            }
        }
    }

    init(lessons: [Lesson], images: [Image]) {
        self.lessons = lessons
        self.images = images
    }

    var encoded: [UInt8] {
        get throws { Array((try JSONOutput.text(self) + "\n").utf8) }
    }

    static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 200 && !name.hasPrefix(".") && isInside(name) && !name.contains("/")
    }

    static func isInside(_ path: String) -> Bool {
        let parsed = FilePath(path)
        return parsed.isRelative && !parsed.isEmpty && !path.utf8.contains(0) && path.utf8.count < 4096
            && parsed.components.allSatisfy { $0.kind == .regular }
    }
}
