package import OCI

/// An image of the store: snapshots, lowest first, and how to run them.
package struct StoredImage: Hashable, Sendable, Codable {
    package enum Origin: String, Hashable, Sendable, Codable {
        case pulled, loaded, imported
        /// Made from packages, as a lesson says.
        case made
        case built
        /// No image: what a container left (see `Store.containers()`).
        case container
    }

    package var layers: [SnapshotID]
    /// Without `diffIDs`: see `Store.imageID(of:)`.
    package var configuration: ImageConfiguration
    package var origin: Origin
    /// The configuration byte for byte as it came, so that the image keeps its id.
    package var originalConfiguration: [UInt8]?
    /// `name@sha256:...` of the registries it was pulled from.
    package var repositoryDigests: [String]
    /// What `Build` knows of how it was made; opaque here.
    package var buildRecord: [UInt8]?

    package init(
        layers: [SnapshotID], configuration: ImageConfiguration, origin: Origin,
        originalConfiguration: [UInt8]? = nil, repositoryDigests: [String] = [], buildRecord: [UInt8]? = nil
    ) {
        self.layers = layers
        self.configuration = configuration
        self.configuration.diffIDs = []
        self.origin = origin
        self.originalConfiguration = originalConfiguration
        self.repositoryDigests = repositoryDigests
        self.buildRecord = buildRecord
    }

    /// Names this image within this store, without any hashing of layers.
    package var key: Digest { Self.key(layers, originalConfiguration ?? configuration.encoded) }

    static func key(_ layers: [SnapshotID], _ configuration: [UInt8]) -> Digest {
        var hasher = SHA256Hasher()
        for layer in layers { hasher.update(layer.description + "\n") }
        hasher.update(configuration)
        return hasher.finalize()
    }

    package var created: Timestamp? { configuration.created }
}

/// An image with its names.
package struct NamedImage: Hashable, Sendable {
    package var image: StoredImage
    package var references: [Reference]
    /// The digest of its configuration, when it was ever asked for: see `Store.imageID(of:)`.
    package var knownID: Digest?
    /// When it was put into the store, seconds since 1970.
    package var added: Int64
    /// When it was used last, seconds since 1970, to the minute.
    package var used: Int64
    /// Sum of the uncompressed archives of its layers, in bytes.
    package var size: Int64
}
