/// An image that a lesson offers, wherever it has to come from.
package struct ImageDeclaration: Sendable, Hashable, Codable {
    /// The names it answers to, as a Dockerfile writes them, e.g. `ubuntu`, `ubuntu:24.04`.
    package var names: [String]
    /// What to pull where a registry answers: pinned by tag or digest.
    package var registry: String?
    /// How to make a stand-in where none does.
    package var recipe: ImageRecipe?
    /// Said to the learner who gets the stand-in.
    package var note: String?

    package init(names: [String], registry: String? = nil, recipe: ImageRecipe? = nil, note: String? = nil) {
        self.names = names
        self.registry = registry
        self.recipe = recipe
        self.note = note
    }
}

/// How an image is made without a registry.
package enum ImageRecipe: Sendable, Hashable, Codable {
    /// From Debian packages, by `mmdebstrap`.
    case debian(DebianRecipe)
    /// The static busybox of the host, with links for its applets.
    case busybox
}

/// A Debian root file system.
package struct DebianRecipe: Sendable, Hashable, Codable {
    /// The release, e.g. `bookworm`.
    package var suite: String
    /// Packages beyond those of the variant.
    package var include: [String]
    /// `minbase`, `apt`, `essential`...
    package var variant: String
    /// The day of the archive, for one digest everywhere; nil for today's.
    package var snapshot: String?
    /// Variables of the image's environment.
    package var environment: [String: String]

    package init(
        suite: String, include: [String] = [], variant: String = "minbase", snapshot: String? = nil,
        environment: [String: String] = [:]
    ) {
        self.suite = suite
        self.include = include
        self.variant = variant
        self.snapshot = snapshot
        self.environment = environment
    }
}
