import Build
import Grading
import Images
import Lessons
import OCI

/// How names become images: what is in the store, what lessons say how to make, what a registry has.
struct LessonImages: Sendable {
    let store: Store
    /// Asked only when the store does not have an image: it may mean loading lessons.
    let declarations: @Sendable () -> [ImageDeclaration]
    /// Told which image it became, when it had to be made or pulled.
    let announce: @Sendable (String) -> Void

    /// The image of a name.
    func image(
        _ name: String, platform: Platform = .host, pull: Bool = false,
        note: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(ImageError) -> (image: StoredImage, reference: Reference, message: String) {
        let reference: Reference
        do throws(ReferenceError) {
            reference = try Reference(parsing: name)
        } catch {
            throw ImageError(.notAvailable, "\(error)", hint: "a name looks like debian:12 or example.org/you/image")
        }
        let here = try store.image(named: reference)
        let recipes = !pull && here != nil ? [] : declarations().compactMap { try? BaseImageRecipe($0) }
        let resolver = ImageResolver(store: store, recipes: recipes, pulling: pull ? .always : .missing)
        let found = try await resolver.resolve(reference, platform: platform, progress: note)
        if found.source != .local { announce(found.message) }
        return (found.image, reference.withDefaultTag, found.message)
    }

    /// The same for builds.
    var lookup: BaseImageLookup {
        { query, note throws(ImageError) in
            // The builder's note does not outlive the call, a resolver's progress may: what it says late is dropped.
            let (image, reference, message) = try await image(
                query.name, platform: Platform(query.platform) ?? .host, pull: query.pull)
            note(message)
            return BaseImage(image: image, reference: reference.canonical, message: message)
        }
    }

    /// The images of the workspace's lesson, then of all lessons that are found.
    static func ofAllLessons() -> [ImageDeclaration] {
        let here = (try? LearnerSession.openIfAny())?.lesson.images ?? []
        let others = LearnerSession.library.folders().compactMap { try? Lessons.Lesson(loading: $0.path) }
        return here + others.flatMap(\.images)
    }
}
