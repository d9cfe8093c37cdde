import ArgumentParser
import Images
import OCI
import SystemPackage

struct LoadBundleCommand: ReportingCommand, EngineCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Take in the lessons and images of a bundle; needs no network.",
        discussion: "Lessons go to `Lessons` in LESSON_HOME, where `lesson list` and `lesson start` find them by name.")

    @Argument(help: "A file of `lesson bundle create`.", completion: .file())
    var file: String

    @OptionGroup var output: OutputOptions

    private struct Document: Encodable {
        struct Lesson: Encodable {
            var name: String
            var path: String
            var state: BundledLessons.Change
        }
        var lessons: [Lesson]
        var images: [BundleManifest.Image]
    }

    func execute(_ console: Console) async throws {
        guard case .archive(let source) = try LoadCommand.source(file) else {
            throw BundleManifest.failure("\(file) is a folder, and a bundle is a file")
        }
        let store = try await EngineSession.open(console, images: []).store
        // First everything is looked at, then anything is changed.
        let files = try await store.companions(
            in: source, named: BundleManifest.name, below: BundleManifest.folder)
        guard let bytes = files[BundleManifest.name] else {
            throw CommandError(
                "bad-bundle", "\(file) is no bundle: it has no \(BundleManifest.name)",
                hint: "images alone are loaded with `lesson docker load -i \(file)`")
        }
        let manifest = try BundleManifest(reading: bytes)
        let lessons = try manifest.lessons.map { ($0.name, try BundledLessons.verified($0, in: files)) }
        if !manifest.images.isEmpty { try await load(manifest, source, store) }
        var document = Document(lessons: [], images: manifest.images)
        for (name, files) in lessons {
            let state = try BundledLessons.install(name, files)
            document.lessons.append(
                .init(name: name, path: BundledLessons.folder.appending(name).string, state: state))
        }
        if console.isJSON { return try console.json(document) }
        for lesson in document.lessons { console.print("lesson  \(lesson.name): \(lesson.state.rawValue)") }
        for image in document.images { console.print("image   \(image.names.joined(separator: ", "))") }
        if let first = document.lessons.first { console.note("`lesson start \(first.name)` begins") }
    }

    /// Loads the images; each must be the one that the manifest names.
    private func load(_ manifest: BundleManifest, _ source: ArchiveSource, _ store: Store) async throws {
        let loaded = try await store.load(.archive(source))
        var ids: [String: [String]] = [:]
        for image in loaded {
            ids[try await store.imageID(of: image.image).description, default: []] += image.references.map(\.familiar)
        }
        for image in manifest.images {
            guard let names = ids[image.id], image.names.allSatisfy(names.contains) else {
                throw BundleManifest.failure(
                    "the bundle does not hold the image \(image.names.first ?? image.id) as it says")
            }
        }
    }
}
