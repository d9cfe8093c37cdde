import Diagnostics
import Linux
package import OCI

/// Finds the image that a name means: in the store, in the lesson, in a registry, in this order.
package struct ImageResolver: Sendable {
    /// Whether, and when, a registry is asked.
    package enum Pulling: Hashable, Sendable {
        /// Never: no network, or none allowed.
        case never
        /// For what is neither here nor in the lesson.
        case missing
        /// First, for what a lesson says to pull too; what is here is taken when it does not answer.
        case always
    }

    package enum Source: Hashable, Sendable {
        /// It was in the store.
        case local
        /// The lesson's recipe made it, now.
        case lesson
        /// It was pulled, now.
        case registry
    }

    package struct Resolution: Hashable, Sendable {
        package var image: StoredImage
        package var source: Source
        /// For the learner, one line: which image it is, and where it comes from.
        package var message: String

        init(image: StoredImage, source: Source, message: String) {
            self.image = image
            self.source = source
            self.message = message
        }

        /// An image that is in the store, as what it was asked for.
        package init(local found: NamedImage, as reference: Reference) {
            image = found.image
            source = .local
            let stand = found.image.configuration.config.labels["lesson.stand-in"].map { " (\($0))" } ?? ""
            message = "\(reference.familiar) is in the store\(stand)"
        }
    }

    let store: Store
    let recipes: [BaseImageRecipe]
    let pulling: Pulling
    let takesBuilt: Bool
    let registries: Skopeo

    /// - Parameter takesBuilt: Whether a name may mean what somebody built here; else only what a lesson offers, or was
    ///   brought here, so that it means the same on every machine.
    package init(
        store: Store, recipes: [BaseImageRecipe] = [], pulling: Pulling = .missing, takesBuilt: Bool = true,
        registries: Skopeo? = nil
    ) {
        self.takesBuilt = takesBuilt
        self.store = store
        self.recipes = recipes
        self.pulling = pulling
        self.registries = registries ?? Skopeo(store: store)
    }

    /// Finds an image, making or pulling it if need be.
    package func resolve(
        _ reference: Reference, platform: Platform = .host,
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(ImageError) -> Resolution {
        let name = reference.familiar
        if pulling != .always, let found = try await local(reference, platform) { return found }
        let recipe = recipe(for: reference)
        var refused: ImageError?
        if pulling != .never,
            let target = recipe.map({ $0.registry ?? ($0.method == nil ? reference : nil) }) ?? reference
        {
            do throws(ImageError) {
                let pulled = try await registries.pull(
                    target, platform: platform, deadline: recipe == nil ? .seconds(1800) : .seconds(600),
                    progress: progress)
                var names = recipe?.names ?? []
                if !names.contains(reference.withDefaultTag) { names.append(reference) }
                try await store.put(pulled.image, references: names)
                return Resolution(
                    image: pulled.image, source: .registry, message: "\(name) was pulled from \(target.registry)")
            } catch {
                guard error.code != .cancelled, error.code != .diskFull else { throw error }
                refused = error
            }
        }
        if pulling == .always, let found = try await local(reference, platform) { return found }
        if let recipe, recipe.method != nil {
            let image = try await BaseImages(store: store).make(recipe, progress: progress)
            guard platform.accepts(image.configuration.platform) else { throw otherPlatform(name, platform, image) }
            return Resolution(image: image, source: .lesson, message: Self.words(name, recipe, image))
        }
        throw try notAvailable(reference, refused)
    }

    private func recipe(for reference: Reference) -> BaseImageRecipe? {
        let wanted = reference.withDefaultTag
        return recipes.first { $0.names.contains { $0.withDefaultTag == wanted } }
    }

    /// Whether a name may mean this image.
    package func accepts(_ image: StoredImage) -> Bool {
        switch image.origin {
        case .built, .container: takesBuilt
        case .pulled, .loaded, .imported, .made: true
        }
    }

    private func local(_ reference: Reference, _ platform: Platform) async throws(ImageError) -> Resolution? {
        var found = try store.image(named: reference)
        if found == nil, reference.digest == nil, reference.tag == nil {
            // `FROM 3f2a...`: the beginning of an id.
            found = try await store.image(matching: reference.familiar)
        }
        guard let found, accepts(found.image) else { return nil }
        guard platform.accepts(found.image.configuration.platform) else {
            if pulling == .never { throw otherPlatform(reference.familiar, platform, found.image) }
            return nil
        }
        return Resolution(local: found, as: reference)
    }

    private static func words(_ name: String, _ recipe: BaseImageRecipe, _ image: StoredImage) -> String {
        let stand = recipe.standsInFor.map { ": \($0)" } ?? ""
        return "\(name) was made on this machine as the lesson says\(stand)"
    }

    private func otherPlatform(_ name: String, _ platform: Platform, _ image: StoredImage) -> ImageError {
        ImageError(
            .notAvailable, "\(name) is here for \(image.configuration.platform), not for \(platform)",
            hint: "leave `--platform` away, or pull the image for \(platform)")
    }

    private func notAvailable(_ reference: Reference, _ refused: ImageError?) throws(ImageError) -> ImageError {
        let name = reference.familiar
        var known: [String] = []
        for recipe in recipes { known += recipe.names.map(\.familiar) }
        for image in try store.images() { known += image.references.map(\.familiar) }
        var candidates = known
        for name in known where name.hasSuffix(":latest") { candidates.append(String(name.dropLast(7))) }
        let near = Suggestion.nearest(to: name, among: candidates).flatMap { $0 == name ? nil : $0 }
        var message = "the image \(name) is not here"
        if let refused { message += ", and \(refused.message)" }
        let hint =
            near.map { "did you mean \($0)?" } ?? refused?.hint
            ?? (known.isEmpty
                ? "load it with `lesson docker load`, or allow the registry"
                : "there are: \(known.sorted().prefix(8).joined(separator: ", "))")
        // A registry that knows no such image is an answer; one that does not answer is none.
        let code: ImageError.Code = refused?.code == .noSuchImage ? .noSuchImage : .notAvailable
        return ImageError(code, message, hint: hint)
    }
}
