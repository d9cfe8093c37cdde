import Build
import Diagnostics
import Grading
import Images
import Lessons
import OCI

/// How names become images: what is in the store, what lessons say how to make, what a registry has.
final class LessonImages: Sendable {
    /// An image with its full name and a line that says where it came from.
    struct Found: Sendable {
        var image: StoredImage
        var reference: Reference
        var message: String
        var source: ImageResolver.Source
        /// Whether the name means another image than before.
        var isNew = true
    }

    private let store: Store
    /// Asked only when the store does not have an image: it may mean loading lessons.
    private let declarations: @Sendable () -> [ImageDeclaration]
    /// Told which image it became, when it had to be made or pulled.
    private let announce: @Sendable (String) -> Void
    /// What is being made or pulled now: of several who need the same image, one gets it for all.
    let underWay = SharedWork<String, Found, ImageError>(
        cancelled: ImageError(.cancelled, "stopped while an image was made or pulled"))
    private let registries: Skopeo?
    private let takesBuilt: Bool

    /// - Parameters:
    ///   - registries: nil for skopeo as it is installed here.
    ///   - takesBuilt: Whether a name may mean what somebody built here.
    init(
        store: Store, registries: Skopeo? = nil, takesBuilt: Bool = true,
        declarations: @escaping @Sendable () -> [ImageDeclaration],
        announce: @escaping @Sendable (String) -> Void
    ) {
        self.store = store
        self.registries = registries
        self.takesBuilt = takesBuilt
        self.declarations = declarations
        self.announce = announce
    }

    /// The image of a name.
    func image(
        _ name: String, platform: Platform = .host, pull: Bool = false,
        note: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(ImageError) -> Found {
        let reference: Reference
        do throws(ReferenceError) {
            reference = try Reference(parsing: name)
        } catch {
            throw ImageError(.notAvailable, "\(error)", hint: "a name looks like debian:12 or example.org/you/image")
        }
        let here = try store.image(named: reference)
        if !pull, let here, resolver([]).accepts(here.image) {
            return try await resolve(reference, recipes: [], platform, pull, note)
        }
        return try await underWay.value(for: Self.key(reference, platform, pull)) { () throws(ImageError) in
            let recipes = self.declarations().compactMap { try? BaseImageRecipe($0) }
            return try await self.resolve(reference, recipes: recipes, platform, pull, note)
        }
    }

    /// What is the same work.
    static func key(_ reference: Reference, _ platform: Platform, _ pull: Bool) -> String {
        "\(reference.withDefaultTag.canonical) \(platform) \(pull)"
    }

    private func resolve(
        _ reference: Reference, recipes: [BaseImageRecipe], _ platform: Platform, _ pull: Bool,
        _ note: @escaping @Sendable (String) -> Void
    ) async throws(ImageError) -> Found {
        let before = pull ? try store.image(named: reference) : nil
        let found = try await resolver(recipes, pull ? .always : .missing)
            .resolve(reference, platform: platform, progress: note)
        if found.source != .local { announce(found.message) }
        return Found(
            image: found.image, reference: reference.withDefaultTag, message: found.message, source: found.source,
            isNew: before?.image.key != found.image.key)
    }

    private func resolver(
        _ recipes: [BaseImageRecipe], _ pulling: ImageResolver.Pulling = .missing
    ) -> ImageResolver {
        ImageResolver(
            store: store, recipes: recipes, pulling: pulling, takesBuilt: takesBuilt, registries: registries)
    }

    /// The same for builds.
    var lookup: BaseImageLookup {
        { query, _ throws(ImageError) in
            // The builder's note does not outlive the call, a resolver's progress may, so that goes where announcements
            // go: a base is made once, and whoever waits for it sees what it waits for.
            let found = try await self.image(
                query.name, platform: Platform(query.platform) ?? .host, pull: query.pull,
                note: { self.announce("  \(SafeText(line: $0))") })
            return BaseImage(image: found.image, reference: found.reference.canonical, message: found.message)
        }
    }

    /// The images of the workspace's lesson, then of all lessons that are found.
    static func ofAllLessons() -> [ImageDeclaration] {
        let here = (try? LearnerSession.openIfAny())?.lesson.images ?? []
        let others = LearnerSession.library.folders().compactMap { try? Lessons.Lesson(loading: $0.path) }
        return here + others.flatMap(\.images)
    }
}
