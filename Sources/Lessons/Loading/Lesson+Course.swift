import Diagnostics
package import Slides
package import SystemPackage
import Yams

extension Lesson {
    /// Whether a file is, by its name, a course's manifest.
    package static func isCourse(_ path: FilePath) -> Bool {
        ["yml", "yaml"].contains(path.extension)
            && path.lastComponent.map { !$0.string.hasSuffix(manifestName) } ?? false
    }

    /// Reads a course of several decks from a manifest of container.training's form (`title`, `content`, `exclude`).
    package static func courseDeck(
        at path: FilePath, options: DeckOptions = DeckOptions()
    ) throws(LessonError) -> Deck {
        let reader = ManifestReader(file: path.string)
        let bytes: [UInt8]
        do throws(LocalFiles.Failure) {
            bytes = try LocalFiles.read(path, limit: ManifestReader.Limit.bytes).bytes
        } catch {
            throw LessonError(id: "lesson-unreadable", file: path.string, message: error.message)
        }
        guard let value = reader.value(bytes) else { throw LessonError(reader.diagnostics) }
        let manifest = CourseManifest(value, file: path.string)
        if manifest.diagnostics.contains(where: { $0.severity == .error }) { throw LessonError(manifest.diagnostics) }
        let folder = path.removingLastComponent()
        return manifest.deck(options: options) { request in
            let file: FilePath
            switch request {
            case .content(let name): file = folder.pushing(FilePath(name))
            case .include(let name): file = folder.removingLastComponent().pushing(FilePath(name))
            }
            // A course is what its author put together, and stays in the author's folder.
            guard file.lexicallyNormalized().starts(with: folder.removingLastComponent().lexicallyNormalized()) else {
                return nil
            }
            return try? LocalFiles.read(file, limit: 64 << 20).bytes
        }
    }

    /// Loads a course as a lesson.
    init(course path: FilePath) throws(LessonError) {
        let deck = try Self.courseDeck(at: path)
        let folder = path.removingLastComponent()
        let id = path.stem ?? "course"
        var exercises = ExerciseDirectives(deck: deck, folder: folder).exercises()
        if exercises.exercises.isEmpty { exercises.exercises = Exercise.detected(in: deck) }
        if exercises.diagnostics.contains(where: { $0.severity == .error }) {
            throw LessonError(exercises.diagnostics)
        }
        self.init(
            id: id, title: deck.title ?? id, deck: deck, deckPath: path, folder: folder,
            exercises: exercises.exercises, warnings: deck.diagnostics)
    }
}
