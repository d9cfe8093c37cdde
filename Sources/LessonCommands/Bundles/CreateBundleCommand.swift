import ArgumentParser
import Images
import Lessons
import OCI
import SystemPackage
import TerminalUI

struct CreateBundleCommand: ReportingCommand, EngineCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Write lessons and the images they need to one file.",
        discussion: """
            Images that are not here are pulled, or made as the lesson says. The same lessons and images give the same \
            file. `lesson bundle load FILE` takes it in, without a network.
            """)

    @Argument(help: "The file to write.", completion: .file())
    var file: String

    @Argument(help: "Lessons by name, folder or deck; by default all there are.")
    var lessons: [String] = []

    @OptionGroup var output: OutputOptions

    private struct Document: Encodable {
        var bundle: String
        var lessons: [BundleManifest.Lesson]
        var images: [BundleManifest.Image]
    }

    func execute(_ console: Console) async throws {
        let lessons = try Self.lessons(lessons)
        let declarations = lessons.flatMap(\.images)
        let engine = try await EngineSession.open(console, images: declarations)
        var companions: [CompanionFile] = []
        var entries: [BundleManifest.Lesson] = []
        for lesson in lessons {
            let (entry, files) = try Self.pack(lesson)
            guard !entries.contains(where: { $0.name == entry.name }) else {
                throw CommandError("two-lessons", "two lessons are named \(entry.name)", hint: "bundle them apart")
            }
            entries.append(entry)
            companions += files
        }
        let images = try await Self.images(declarations, engine, console)
        let manifest = BundleManifest(
            lessons: entries, images: images.map { .init(names: $0.references.map(\.familiar), id: $0.id) })
        let all = [CompanionFile(path: BundleManifest.name, bytes: try manifest.encoded)] + companions
        let toSave = images.map { ImageToSave($0.image, references: $0.references) }
        try await WholeFile.write(to: FilePath(file)) { descriptor in
            try await engine.store.save(toSave, to: .descriptor(descriptor), with: all)
        }
        if console.isJSON {
            return try console.json(Document(bundle: file, lessons: manifest.lessons, images: manifest.images))
        }
        for lesson in manifest.lessons { console.print("lesson  \(lesson.name): \(lesson.files.count) files") }
        for image in manifest.images { console.print("image   \(image.names.joined(separator: ", "))") }
        console.note("wrote \(file); `lesson bundle load \(file)` takes it in")
    }

    private static func lessons(_ names: [String]) throws -> [Lessons.Lesson] {
        if !names.isEmpty { return try names.map(LearnerSession.load) }
        let found = try LearnerSession.library.folders().map { try Lessons.Lesson(loading: $0.path) }
        guard found.isEmpty else { return found }
        throw CommandError(
            "no-lessons", "there is no lesson to bundle", hint: "name a lesson's folder, or set LESSON_PATH",
            status: .usage)
    }

    private static func pack(
        _ lesson: Lessons.Lesson
    ) throws -> (BundleManifest.Lesson, [CompanionFile]) {
        guard let source = lesson.source else {
            throw CommandError("no-source", "the lesson \(lesson.id) comes from no file")
        }
        var files: [StarterFile]
        if LocalFiles.kind(source, following: true) == .folder {
            files = try StarterFile.files(in: source)
        } else {
            // A deck alone becomes a lesson of one deck.
            files = [StarterFile(path: "slides.md", contents: try LocalFiles.read(source, limit: 64 << 20).bytes)]
        }
        files.removeAll { $0.path == ".git" || $0.path.hasPrefix(".git/") }
        let name =
            LocalFiles.kind(source, following: true) == .folder ? source.lastComponent?.string ?? lesson.id : lesson.id
        guard BundleManifest.isName(name) else {
            throw CommandError("lesson-name", "\"\(name)\" cannot be the name of a lesson in a bundle")
        }
        let entry = BundleManifest.Lesson(
            name: name, title: lesson.title,
            files: files.map { file in
                .init(
                    path: file.path, sha256: Digest.sha256(of: file.contents).hex,
                    isExecutable: file.mode & 0o100 != 0)
            })
        return (
            entry,
            files.map {
                CompanionFile(path: "\(BundleManifest.folder)/\(name)/\($0.path)", bytes: $0.contents)
            }
        )
    }

    private struct Found {
        var image: StoredImage
        var references: [Reference]
        var id: String
    }

    /// The images of the declarations, each once, with all names that it answers to.
    private static func images(
        _ declarations: [ImageDeclaration], _ engine: EngineSession, _ console: Console
    ) async throws -> [Found] {
        var found: [Found] = []
        for declaration in declarations {
            for name in declaration.names {
                let image = try await engine.image(name, console)
                let reference = try parseReference(name).withDefaultTag
                if let index = found.firstIndex(where: { $0.image.key == image.key }) {
                    if !found[index].references.contains(reference) { found[index].references.append(reference) }
                } else {
                    let id = try await engine.store.imageID(of: image).description
                    found.append(Found(image: image, references: [reference], id: id))
                }
            }
        }
        for index in found.indices { found[index].references.sort { $0.canonical < $1.canonical } }
        return found.sorted { $0.id < $1.id }
    }
}
