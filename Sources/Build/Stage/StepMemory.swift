import OCI

/// What the cache keeps of a step beside its layer.
struct StepMemory: Sendable, Hashable {
    /// Raised with each change of what is kept or of what it means: an entry of another format is none, and the step is
    /// run again.
    static let format: Int64 = 2

    /// The key of the tree that the step led to: that of its content, where its own key is only about how it was made.
    var chain: Digest
    /// When it was made.
    var made: Timestamp
    /// What a `COPY` took from where.
    var sources: [CopySource]

    init(chain: Digest, made: Timestamp, sources: [CopySource]) {
        self.chain = chain
        self.made = made
        self.sources = sources
    }

    /// Reads what ``bytes`` wrote; nil when it is something else.
    init?(bytes: [UInt8]) {
        guard let json = try? JSON(parsing: bytes), json["format"]?.int64 == Self.format,
            let chain = json["chain"]?.string.flatMap({ Digest($0) }),
            let made = json["made"]?.string.flatMap({ Timestamp($0) }), let items = json["sources"]?.array
        else { return nil }
        self.chain = chain
        self.made = made
        sources = []
        for item in items {
            guard let from = item["from"]?.string.flatMap(CopyOrigin.init(text:)), let path = item["path"]?.string,
                let destination = item["to"]?.string, let isDirectory = item["directory"]?.bool,
                let isUnpacked = item["unpacked"]?.bool
            else { return nil }
            var source = CopySource(from: from, path: path, destination: destination, isDirectory: isDirectory)
            source.unpacked = isUnpacked
            sources.append(source)
        }
    }

    /// As the store keeps it.
    var bytes: [UInt8] {
        let items = sources.map { source in
            JSON.object([
                "from": .string(source.from.text), "path": .string(source.path), "to": .string(source.destination),
                "directory": .bool(source.isDirectory), "unpacked": .bool(source.unpacked),
            ])
        }
        return JSON.object([
            "format": .integer(Self.format), "chain": .string(chain.description), "made": .string(made.description),
            "sources": .array(items),
        ]).encoded
    }
}

extension CopyOrigin {
    /// As the cache writes it.
    var text: String {
        switch self {
        case .context: "context"
        case .inline: "inline"
        case .url: "url"
        case .git: "git"
        case .namedContext(let name): "named:\(name)"
        case .stage(let index): "stage:\(index)"
        case .image(let name): "image:\(name)"
        }
    }

    init?(text: String) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count > 1 ? parts[1] : nil) {
        case ("context", nil): self = .context
        case ("inline", nil): self = .inline
        case ("url", nil): self = .url
        case ("git", nil): self = .git
        case ("named", let name?): self = .namedContext(name)
        case ("image", let name?): self = .image(name)
        case ("stage", let number?):
            guard let index = Int(number) else { return nil }
            self = .stage(index)
        default: return nil
        }
    }
}
