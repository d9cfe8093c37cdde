import Diagnostics
import Slides
package import SystemPackage

extension Lesson {
    /// The name of the file that makes a lesson of a deck.
    package static let manifestName = "lesson.yml"

    /// Loads the lesson in a folder (`lesson.yml`, `slides.md`) or of a deck, with the `lesson.yml` or the
    /// `DECK.lesson.yml` beside it when there is one.
    package init(loading path: FilePath) throws(LessonError) {
        switch LocalFiles.kind(path, following: true) {
        case .folder: try self.init(folder: path)
        case .file where Self.isCourse(path):
            try self.init(course: path)
        case .file where path.lastComponent?.string == Self.manifestName:
            try self.init(folder: path.removingLastComponent())
        case .file: try self.init(deck: path)
        default:
            throw LessonError(
                id: "lesson-not-found", file: path.string, message: "no lesson here: neither a folder nor a deck",
                hint: "`lesson list` shows the lessons there are")
        }
    }

    private init(folder: FilePath) throws(LessonError) {
        let manifest = folder.appending(Self.manifestName)
        let folderName = folder.lexicallyNormalized().lastComponent?.string
        let id = folderName == nil || folderName == "." ? "lesson" : folderName ?? "lesson"
        if LocalFiles.kind(manifest, following: true) == .file {
            try self.init(id: id, folder: folder, manifest: manifest, deck: nil)
            return
        }
        let names = (try? LocalFiles.names(in: folder)) ?? []
        let decks =
            names.filter { $0.string == "slides.md" }.isEmpty
            ? names.filter { $0.string.hasSuffix(".md") && !$0.string.lowercased().hasPrefix("readme") }
            : names.filter { $0.string == "slides.md" }
        guard let deck = decks.first, decks.count == 1 else {
            throw LessonError(
                id: "lesson-not-found", file: folder.string,
                message: decks.isEmpty ? "no slides in this folder" : "more than one deck in this folder",
                hint: decks.isEmpty ? "a lesson has a `slides.md`" : "name the deck, or say which in `lesson.yml`")
        }
        try self.init(id: id, folder: folder, manifest: nil, deck: folder.appending(deck))
    }

    private init(deck: FilePath) throws(LessonError) {
        let folder = deck.removingLastComponent()
        let stem = deck.stem ?? "lesson"
        let own = folder.appending("\(stem).\(Self.manifestName)")
        let shared = folder.appending(Self.manifestName)
        var manifest: FilePath?
        if LocalFiles.kind(own, following: true) == .file {
            manifest = own
        } else if LocalFiles.kind(shared, following: true) == .file, Self.isAbout(deck, shared) {
            manifest = shared
        }
        let folderName = folder.lastComponent?.string
        try self.init(
            id: stem == "slides" ? folderName ?? stem : stem, folder: folder, manifest: manifest, deck: deck)
    }

    /// Whether the manifest in a folder of several decks is the one of `deck`.
    private static func isAbout(_ deck: FilePath, _ manifest: FilePath) -> Bool {
        guard let (bytes, _) = try? LocalFiles.read(manifest, limit: ManifestReader.Limit.bytes) else { return true }
        let named = ManifestReader(file: manifest.string).document(bytes)?.string("deck") ?? "slides.md"
        return FilePath(named).lastComponent == deck.lastComponent
    }

    private init(id: String, folder: FilePath, manifest: FilePath?, deck: FilePath?) throws(LessonError) {
        let reader = ManifestReader(file: (manifest ?? folder).string)
        var map: ManifestMap?
        if let manifest {
            do throws(LocalFiles.Failure) {
                map = reader.document(try LocalFiles.read(manifest, limit: ManifestReader.Limit.bytes).bytes)
            } catch {
                throw LessonError(
                    id: "lesson-unreadable", file: manifest.string, message: error.errno.description.lowercased())
            }
            guard map != nil else { throw LessonError(reader.diagnostics) }
        }
        let deckPath = deck ?? folder.pushing(FilePath(map?.string("deck") ?? "slides.md"))
        if deck != nil { _ = map?.string("deck") }
        let parsed: Deck
        do throws(LocalFiles.Failure) {
            let (bytes, _) = try LocalFiles.read(deckPath, limit: 64 << 20)
            parsed = Deck(parsing: bytes, options: DeckOptions(file: deckPath.string))
        } catch {
            throw LessonError(
                id: "lesson-unreadable", file: deckPath.string, message: error.errno.description.lowercased(),
                hint: "`deck:` in `lesson.yml` names the slides")
        }
        try self.init(id: id, folder: folder, deckPath: deckPath, deck: parsed, map: map, reader: reader)
    }

    private init(
        id: String, folder: FilePath, deckPath: FilePath, deck: Deck, map: ManifestMap?, reader: ManifestReader
    ) throws(LessonError) {
        var exercises = ExerciseDirectives(deck: deck, folder: folder).exercises()
        var images: [ImageDeclaration] = []
        let title = map?.string("title")
        let id = map?.string("id") ?? id
        if let map {
            images = map.images()
            let entries = map.maps("exercises")
            let builder = ExerciseBuilder(
                lesson: id, folder: folder, deck: deck, images: images, declared: exercises.exercises,
                ids: entries.compactMap { $0.string("id") } + exercises.exercises.map(\.id))
            let own = entries.compactMap { builder.exercise($0) }
            map.finish()
            var ids: Set<String> = []
            for exercise in own where !ids.insert(exercise.id).inserted {
                reader.report(
                    "exercise-id", "two exercises have the id `\(exercise.id)`", at: map.mark(of: "exercises"))
            }
            exercises.exercises = own + exercises.exercises.filter { !ids.contains($0.id) }
        }
        if exercises.exercises.isEmpty { exercises.exercises = Exercise.detected(in: deck) }
        let found = reader.diagnostics + exercises.diagnostics
        if found.contains(where: { $0.severity == .error }) { throw LessonError(found) }
        self.init(
            id: id, title: title ?? deck.title ?? id, deck: deck, deckPath: deckPath, folder: folder,
            exercises: exercises.exercises, images: images, warnings: found + deck.diagnostics)
    }
}
