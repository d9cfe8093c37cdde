import Build
import Checks
import Diagnostics
import Grading
import Images
import Lessons
import OCI
import SystemPackage
import TerminalUI

/// Gets at images to look at them: builds, reads archives, asks registries and daemons; what was fetched only for that is
/// taken out of the store again.
struct ImageOpening {
    let engine: EngineSession
    let session: LearnerSession?
    let progress: ProgressLine
    private let display: CheckProgress
    /// Images that were not there before.
    private var fetched: [(image: StoredImage, reference: Reference?)] = []

    init(_ console: Console) async throws {
        let progress = console.progress()
        session = try? LearnerSession.openIfAny()
        engine = try await EngineSession.open(console, images: session?.lesson.images) { text in
            progress.message(StyledLine("  \(text)"))
        }
        self.progress = progress
        display = CheckProgress(progress: progress, terminal: console.err)
    }

    /// Opens an image.
    /// - Parameter base: the name of its base, for one whose history says nothing of it.
    mutating func open(_ text: String, base: String? = nil) async throws -> OpenedImage {
        let target = try ImageTarget(text, exercises: session?.lesson.exercises.map(\.id) ?? [])
        return try await open(target, named: text, base: base)
    }

    mutating func open(_ target: ImageTarget, named text: String, base: String? = nil) async throws -> OpenedImage {
        var opened: OpenedImage
        switch target {
        case .exercise(let id): opened = try await build(exercise: id)
        case .dockerfile(let path, let context):
            opened = try await build(
                path, context: context, network: .isolated, limits: ExaminationLimits(), scope: "", name: text)
        case .archive(let path): opened = try await load(.archive(.file(path)), .archive, text)
        case .layout(let path): opened = try await load(.directory(path), .layout, text)
        case .transport(let source): opened = try await copy(source)
        case .name(let name): opened = try await find(name)
        }
        try readLayers(of: &opened)
        try await findBase(of: &opened, named: base)
        return opened
    }

    /// Takes out of the store what was fetched only to be looked at.
    func cleanUp() async {
        for (image, reference) in fetched {
            if let reference { _ = try? engine.store.untag(reference) }
            try? await engine.store.remove(image)
        }
    }

    // MARK: - Building

    private func build(exercise id: String) async throws -> OpenedImage {
        guard let session else {
            throw CommandError(
                "no-workspace", "\(id) is an exercise of a lesson, and this folder is no workspace",
                hint: "go to the folder that `lesson start` made")
        }
        let exercise = try session.exercise(id)
        let folder = session.workspace.folder(of: exercise)
        return try await build(
            folder.pushing(FilePath(exercise.dockerfile)), context: folder,
            network: exercise.network == .isolated ? .isolated : .none, limits: exercise.limits,
            scope: session.root.string, name: exercise.id)
    }

    private func build(
        _ path: FilePath, context: FilePath, network: NetworkChoice, limits: ExaminationLimits, scope: String,
        name: String
    ) async throws -> OpenedImage {
        let file = path.lastComponent?.string ?? "Dockerfile"
        let ignore = [FilePath(path.string + ".dockerignore"), context.appending(".dockerignore")].lazy
            .compactMap { try? LocalFiles.read($0, limit: 16 << 20).bytes }.first
        let order = BuildOrder(
            dockerfile: try InputFile.read(path.string, limit: 4 << 20), dockerfileName: file, context: context,
            ignoreFile: ignore, network: network, limits: limits, scope: scope)
        display.begin("building \(file)", isQuiet: true)
        let door = engine.examinationEngine { [display] in display.handle($0) }
        let reply = await progress.during { await door.build(order) }
        try Task.checkCancellation()
        switch reply {
        case .built(let built):
            guard let image = built.image.stored else { throw CommandError("build", "the build made no image") }
            return OpenedImage(
                name: name, place: .built, image: image, layers: [], graph: built.graph,
                contextFiles: built.contextFiles, engine: door)
        case .failed(let failure, _):
            for line in failure.output { progress.message(StyledLine("  \(line)", .muted)) }
            throw CommandError(
                failure.id, failure.message, hint: failure.hint, file: failure.file ?? file, line: failure.line,
                status: .failed)
        case .impossible(let reason): throw reason
        }
    }

    // MARK: - Images that are there, or elsewhere

    private func opened(_ name: String, _ place: OpenedImage.Place, _ image: StoredImage) -> OpenedImage {
        var opened = OpenedImage(
            name: name, place: place, image: image, layers: [], engine: engine.examinationEngine { _ in })
        if let record = image.buildRecord.flatMap({ BuildRecord(encoded: $0) }) {
            opened.graph = BuildGraph(record)
            opened.contextFiles = record.contextFiles
        }
        return opened
    }

    private mutating func find(_ name: String) async throws -> OpenedImage {
        if let found = try await engine.store.image(matching: name) { return opened(name, .store, found.image) }
        let before = try keys()
        let (images, progress) = (engine.images, progress)
        let found = try await progress.during { try await images.image(name) { progress.update($0) } }
        // What a lesson offers is made to stay; what came from a registry was only to be looked at.
        let isPulled = found.image.origin == .pulled
        if isPulled { note(found.image, found.reference, before) }
        return opened(name, isPulled ? .registry : .store, found.image)
    }

    private mutating func load(
        _ source: LoadSource, _ place: OpenedImage.Place, _ name: String
    ) async throws -> OpenedImage {
        let before = try keys()
        let store = engine.store
        progress.update("reading \(name)")
        let loaded = try await progress.during { try await store.load(source, naming: false) }
        for one in loaded { note(one.image, nil, before) }
        guard let first = loaded.first else { throw CommandError("no-image", "there is no image in \(name)") }
        if loaded.count > 1 {
            let which = first.references.first?.familiar ?? "without a name"
            progress.message(StyledLine("\(name) holds \(loaded.count) images; this is the first, \(which)"))
        }
        return opened(name, place, first.image)
    }

    private mutating func copy(_ source: String) async throws -> OpenedImage {
        let before = try keys()
        let skopeo = Skopeo(store: engine.store)
        progress.update("fetching \(source)")
        let loaded = try await progress.during { try await skopeo.copy(from: source, as: nil, naming: false) }
        for one in loaded { note(one.image, nil, before) }
        guard let first = loaded.first else { throw CommandError("no-image", "there is no image at \(source)") }
        let place: OpenedImage.Place =
            switch source.prefix(while: { $0 != ":" }) {
            case "docker": .registry
            case "docker-daemon", "containers-storage": .daemon
            case "oci", "dir": .layout
            default: .archive
            }
        return opened(source, place, first.image)
    }

    private func keys() throws -> Set<Digest> { Set(try engine.store.images().map(\.image.key)) }

    private mutating func note(_ image: StoredImage, _ reference: Reference?, _ before: Set<Digest>) {
        if before.contains(image.key) {
            // It was there under another name.
            if let reference { _ = try? engine.store.untag(reference) }
        } else {
            fetched.append((image, reference))
        }
    }

    // MARK: - Layers and base

    private func readLayers(of opened: inout OpenedImage) throws {
        for layer in opened.image.layers {
            opened.layers.append(
                ImageInspection.Source(
                    id: layer.description, listing: try engine.store.listing(of: layer),
                    archiveBytes: try engine.store.tarBytes(of: layer)))
        }
    }

    /// The base: what the build stood on; else the largest image here that the layers begin with.
    private func findBase(of opened: inout OpenedImage, named name: String?) async throws {
        if let name {
            let base = try await engine.image(name)
            guard opened.image.layers.starts(with: base.layers) else {
                throw CommandError(
                    "other-base", "\(opened.name) does not begin with the layers of \(name)",
                    hint: "leave --base away, or name the image that its Dockerfile names in FROM", status: .failed)
            }
            opened.base = (name, base.layers.count)
            return
        }
        if let graph = opened.graph {
            let made = Set(graph.finalChain.flatMap { graph.stages[$0].steps }.compactMap(\.layer))
            let root = graph.finalChain.last.map { graph.stages[$0] }
            opened.base = (
                root.map { $0.base == .scratch ? "scratch" : $0.baseName },
                opened.layers.prefix { !made.contains($0.id) }.count
            )
            return
        }
        for candidate in try engine.store.images() where candidate.image.origin != .built {
            let layers = candidate.image.layers
            guard layers.count > opened.base.count, layers.count < opened.layers.count,
                opened.image.layers.starts(with: layers)
            else { continue }
            opened.base = (candidate.references.first?.familiar, layers.count)
        }
    }
}

extension EngineSession {
    /// An image by its name, from wherever it is to be had.
    func image(_ name: String) async throws -> StoredImage {
        if let found = try await store.image(matching: name) { return found.image }
        return try await images.image(name).image
    }
}
