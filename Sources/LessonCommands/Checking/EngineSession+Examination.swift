import Build
import Grading
import Images

extension EngineSession {
    /// The door through which examinations use this engine.
    func examinationEngine(events: @escaping @Sendable (BuildEvent) -> Void) -> StoreEngine {
        let images = images
        return StoreEngine(
            store: store, sandbox: sandbox, builder: builder,
            images: { name throws(ImageError) in try await images.image(name).image }, storeLimit: Self.limit?.bytes,
            events: events)
    }
}
