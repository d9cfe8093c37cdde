/// One image: its configuration and its layers, lowest first (OCI image-spec, "Image Manifest").
package struct Manifest: Hashable, Sendable {
    package var configuration: Descriptor
    package var layers: [Descriptor]
    package var annotations: [String: String]
    /// `application/vnd.oci.image.manifest.v1+json`, or Docker's.
    package var mediaType: String

    package init(
        configuration: Descriptor, layers: [Descriptor], annotations: [String: String] = [:],
        mediaType: String = MediaType.manifest
    ) {
        self.configuration = configuration
        self.layers = layers
        self.annotations = annotations
        self.mediaType = mediaType
    }

    package init(json: JSON) throws(DocumentError) {
        guard json["schemaVersion"]?.int64 == 2 else { throw DocumentError("a manifest is not of schema version 2") }
        guard let configuration = json["config"] else { throw DocumentError("a manifest names no configuration") }
        guard let layers = json["layers"]?.array, layers.count <= 1024 else {
            throw DocumentError("a manifest has no list of layers, or more than 1024")
        }
        var descriptors: [Descriptor] = []
        for layer in layers { descriptors.append(try Descriptor(json: layer)) }
        self.init(
            configuration: try Descriptor(json: configuration),
            layers: descriptors,
            annotations: json["annotations"]?.object?.compactMapValues(\.string) ?? [:],
            mediaType: json["mediaType"]?.string ?? MediaType.manifest
        )
    }

    package var json: JSON {
        .object(leavingOutNil: [
            "schemaVersion": 2, "mediaType": .string(mediaType), "config": configuration.json,
            "layers": .array(layers.map(\.json)),
            "annotations": annotations.isEmpty ? nil : .object(annotations.mapValues { .string($0) }),
        ])
    }
}

/// A list of images, one for each platform or name (OCI image-spec, "Image Index").
package struct Index: Hashable, Sendable {
    package var manifests: [Descriptor]
    package var annotations: [String: String]

    package init(manifests: [Descriptor], annotations: [String: String] = [:]) {
        self.manifests = manifests
        self.annotations = annotations
    }

    package init(json: JSON) throws(DocumentError) {
        guard json["schemaVersion"]?.int64 == 2 else { throw DocumentError("an index is not of schema version 2") }
        guard let manifests = json["manifests"]?.array, manifests.count <= 4096 else {
            throw DocumentError("an index has no list of manifests, or more than 4096")
        }
        var descriptors: [Descriptor] = []
        for manifest in manifests { descriptors.append(try Descriptor(json: manifest)) }
        self.init(
            manifests: descriptors,
            annotations: json["annotations"]?.object?.compactMapValues(\.string) ?? [:]
        )
    }

    package var json: JSON {
        .object(leavingOutNil: [
            "schemaVersion": 2, "mediaType": .string(MediaType.index), "manifests": .array(manifests.map(\.json)),
            "annotations": annotations.isEmpty ? nil : .object(annotations.mapValues { .string($0) }),
        ])
    }
}

/// An entry of `manifest.json` in an archive of `docker save`.
package struct DockerArchiveEntry: Hashable, Sendable {
    /// Path of the configuration inside the archive.
    package var configuration: String
    /// Familiar names with tags.
    package var repositoryTags: [String]
    /// Paths of the layers inside the archive, lowest first.
    package var layers: [String]

    package init(configuration: String, repositoryTags: [String], layers: [String]) {
        self.configuration = configuration
        self.repositoryTags = repositoryTags
        self.layers = layers
    }

    package init(json: JSON) throws(DocumentError) {
        guard let configuration = json["Config"]?.string else {
            throw DocumentError("an entry of manifest.json names no configuration")
        }
        guard let layers = (json["Layers"] ?? .array([])).strings, layers.count <= 1024 else {
            throw DocumentError("an entry of manifest.json has no list of layers, or more than 1024")
        }
        self.init(
            configuration: configuration, repositoryTags: json["RepoTags"]?.strings ?? [], layers: layers)
    }

    package var json: JSON {
        [
            "Config": .string(configuration),
            "RepoTags": repositoryTags.isEmpty ? .null : .strings(repositoryTags),
            "Layers": .strings(layers),
        ]
    }
}
