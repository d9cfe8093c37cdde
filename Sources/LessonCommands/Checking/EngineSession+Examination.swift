import Build
import Grading
import Images
import Lessons
import OCI

extension EngineSession {
    /// The door through which examinations use this engine.
    func examinationEngine(
        for lesson: Lessons.Lesson, _ console: Console, events: @escaping @Sendable (BuildEvent) -> Void
    ) -> StoreEngine {
        let store = store
        return StoreEngine(
            store: store, sandbox: sandbox, builder: builder,
            images: { name throws(ImageError) in
                guard let image = try await store.image(matching: name) else {
                    throw ImageError(.notAvailable, "no image \(name) here")
                }
                return image.image
            },
            events: events)
    }
}
