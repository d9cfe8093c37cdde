package import OCI
package import SystemPackage

/// Where an image that lessons build on comes from, when it is not in the store: an entry of `images:` in a lesson.
package struct BaseImageRecipe: Hashable, Sendable {
    /// How an image is made on this machine, without a registry.
    package enum Method: Hashable, Sendable {
        /// From Debian packages, with mmdebstrap, from the mirrors that this machine uses itself.
        case debian(Debian)
        /// This machine's busybox with a link for each of its commands.
        case busybox
        /// An archive of images (`docker save`, OCI), or of a root directory.
        case archive(FilePath)
    }

    package struct Debian: Hashable, Sendable {
        /// `bookworm`.
        package var suite: String
        /// Installed besides.
        package var packages: [String]
        /// mmdebstrap's: `minbase`, `buildd`, `important`, `standard`.
        package var variant: String
        package var components: [String]

        package init(
            suite: String = "bookworm", packages: [String] = [], variant: String = "minbase",
            components: [String] = ["main"]
        ) {
            self.suite = suite
            self.packages = packages
            self.variant = variant
            self.components = components
        }
    }

    /// The names it answers to, the first being its own.
    package var names: [Reference]
    /// How it is made here; nil when it is only to be had from a registry.
    package var method: Method?
    /// Where it is pulled from, best with a digest, when a registry answers.
    package var registry: Reference?
    /// What the image says of itself: command, environment, working directory, labels.
    package var configuration: ContainerConfiguration?
    /// When the image was made, as it says: no file in it is newer. The same packages and date give the same digest.
    package var date: Timestamp
    /// What it stands in for, in words for the learner: `Debian bookworm in place of ubuntu`.
    package var standsInFor: String?

    package init(
        names: [Reference], method: Method?, registry: Reference? = nil, configuration: ContainerConfiguration? = nil,
        date: Timestamp = BaseImageRecipe.defaultDate, standsInFor: String? = nil
    ) {
        self.names = names
        self.method = method
        self.registry = registry
        self.configuration = configuration
        self.date = date
        self.standsInFor = standsInFor
    }

    /// 2026-01-01.
    package static let defaultDate = Timestamp(seconds: 1_767_225_600)
}
