import Checks
import Grading

/// The engine of an examination, saying which build is which: a check builds up to three times.
struct AnnouncedEngine: ExaminationEngine {
    let engine: any ExaminationEngine
    let progress: CheckProgress

    func build(_ order: BuildOrder) async -> BuildReply {
        if !order.substitutions.isEmpty {
            progress.begin("building once more, with other sources", isQuiet: true)
        } else if order.scope == "reference" {
            progress.begin("building the image to compare with", isQuiet: false)
        } else {
            progress.begin("building", isQuiet: false)
        }
        return await engine.build(order)
    }

    func image(named name: String) async throws(Ungradable) -> EngineImage {
        progress.begin("looking at \(name)", isQuiet: false)
        return try await engine.image(named: name)
    }

    func isHere(_ name: String) async -> Bool { await engine.isHere(name) }

    func layer(_ id: String) async throws(Ungradable) -> LayerTable { try await engine.layer(id) }

    func history(ofLayer id: String) async throws(Ungradable) -> LayerTable {
        try await engine.history(ofLayer: id)
    }

    func file(_ path: ImagePath, inLayer id: String) async -> LayerContent? { await engine.file(path, inLayer: id) }

    func run(_ image: EngineImage, _ order: RunOrder) async -> RunObservation {
        progress.begin("running the image", isQuiet: true)
        return await engine.run(image, order)
    }
}
