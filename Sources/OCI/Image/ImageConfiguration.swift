/// An image's configuration (OCI image-spec, "Image Configuration"), in Docker's dialect.
///
/// Its encoding is the same bytes each time (sorted keys), since the digest of those bytes is the image's id.
package struct ImageConfiguration: Hashable, Sendable {
    package var created: Timestamp?
    package var author: String?
    package var platform: Platform
    package var config: ContainerConfiguration
    /// Digests of the uncompressed layers, lowest first. Empty in an image of the store, where snapshots stand for them.
    package var diffIDs: [Digest]
    package var history: [HistoryEntry]
    /// Keys that stood there and are not known here.
    package var unknown: [String: JSON]

    package init(
        created: Timestamp? = nil, author: String? = nil, platform: Platform = .host,
        config: ContainerConfiguration = ContainerConfiguration(), diffIDs: [Digest] = [],
        history: [HistoryEntry] = [], unknown: [String: JSON] = [:]
    ) {
        self.created = created
        self.author = author
        self.platform = platform
        self.config = config
        self.diffIDs = diffIDs
        self.history = history
        self.unknown = unknown
    }

    private static let known: Set<String> = [
        "created", "author", "architecture", "os", "variant", "config", "rootfs", "history",
    ]

    package init(parsing bytes: some Collection<UInt8>) throws(DocumentError) {
        try self.init(json: JSON.document(bytes, what: "the configuration"))
    }

    package init(json: JSON) throws(DocumentError) {
        guard case .object(let members) = json else { throw DocumentError("the configuration is not an object") }
        var diffIDs: [Digest] = []
        for item in json["rootfs"]?["diff_ids"]?.array ?? [] {
            guard let text = item.string, let digest = Digest(text) else {
                throw DocumentError("rootfs.diff_ids holds something that is no digest")
            }
            diffIDs.append(digest)
        }
        guard let architecture = json["architecture"]?.string, let os = json["os"]?.string else {
            throw DocumentError("the configuration names no architecture and os")
        }
        self.init(
            created: json["created"]?.string.flatMap { Timestamp($0) },
            author: json["author"]?.string,
            platform: Platform(os: os, architecture: architecture, variant: json["variant"]?.string),
            config: try json["config"].map { (config) throws(DocumentError) in
                try ContainerConfiguration(json: config)
            } ?? ContainerConfiguration(),
            diffIDs: diffIDs,
            history: json["history"]?.array?.map { HistoryEntry(json: $0) } ?? [],
            unknown: members.filter { !Self.known.contains($0.key) }
        )
    }

    package var json: JSON {
        var members = unknown
        if let created { members["created"] = .string(created.description) }
        if let author, !author.isEmpty { members["author"] = .string(author) }
        members["architecture"] = .string(platform.architecture)
        members["os"] = .string(platform.os)
        if let variant = platform.variant { members["variant"] = .string(variant) }
        members["config"] = config.json
        members["rootfs"] = ["type": "layers", "diff_ids": .strings(diffIDs.map(\.description))]
        if !history.isEmpty { members["history"] = .array(history.map(\.json)) }
        return .object(members)
    }

    /// The bytes that the image's id is the digest of.
    package var encoded: [UInt8] { json.encoded }
}

extension ImageConfiguration: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let json = try container.decode(JSON.self)
        do throws(DocumentError) {
            try self.init(json: json)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.message)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(json)
    }
}

/// One line of an image's history: how a layer, or a change of configuration, came to be.
package struct HistoryEntry: Hashable, Sendable {
    package var created: Timestamp?
    package var createdBy: String?
    package var author: String?
    package var comment: String?
    /// Whether this step made no layer.
    package var emptyLayer: Bool

    package init(
        created: Timestamp? = nil, createdBy: String? = nil, author: String? = nil, comment: String? = nil,
        emptyLayer: Bool = false
    ) {
        self.created = created
        self.createdBy = createdBy
        self.author = author
        self.comment = comment
        self.emptyLayer = emptyLayer
    }

    init(json: JSON) {
        self.init(
            created: json["created"]?.string.flatMap { Timestamp($0) },
            createdBy: json["created_by"]?.string,
            author: json["author"]?.string,
            comment: json["comment"]?.string,
            emptyLayer: json["empty_layer"]?.bool ?? false
        )
    }

    package var json: JSON {
        .object(leavingOutNil: [
            "created": created.map { .string($0.description) }, "created_by": createdBy.map { .string($0) },
            "author": author.map { .string($0) }, "comment": comment.map { .string($0) },
            "empty_layer": emptyLayer ? true : nil,
        ])
    }
}
