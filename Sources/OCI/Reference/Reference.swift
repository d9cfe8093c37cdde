/// The name of an image, as Docker reads it (distribution/reference): `[registry/]repository[:tag][@digest]`.
///
/// A name without a registry means the default one, and a name of one part there means its `library`: `alpine`
/// and the long form are the same reference, whose short form is `familiar`.
package struct Reference: Hashable, Sendable, CustomStringConvertible {
    /// The registry, with its port where it has one.
    package let registry: String
    /// The path below it.
    package let repository: String
    package var tag: String?
    package var digest: Digest?

    /// What a name without a registry means to everybody who writes Dockerfiles.
    static let defaultRegistry = "docker.io"
    static let oldDefaultRegistry = "index.docker.io"
    static let officialNamespace = "library/"

    /// The longest name, without tag and digest, that Docker accepts.
    static let nameLimit = 255

    /// Reads a reference. A tag that is missing stays missing: see `withDefaultTag`.
    package init(parsing text: some StringProtocol) throws(ReferenceError) {
        let whole = String(text)
        guard !whole.isEmpty else { throw ReferenceError(text: whole, problem: .empty) }
        guard whole.utf8.count <= 1024 else { throw ReferenceError(text: whole, problem: .tooLong) }
        var rest = Substring(whole)
        var digest: Digest?
        if let at = rest.utf8.lastIndex(of: UInt8(ascii: "@")) {
            guard let parsed = Digest(rest[rest.utf8.index(after: at)...]) else {
                throw ReferenceError(text: whole, problem: .digest)
            }
            digest = parsed
            rest = rest[..<at]
        }
        var tag: String?
        if let colon = rest.utf8.lastIndex(of: UInt8(ascii: ":")) {
            let after = rest[rest.utf8.index(after: colon)...]
            if !after.utf8.contains(UInt8(ascii: "/")) {
                guard Self.isTag(after) else { throw ReferenceError(text: whole, problem: .tag) }
                tag = String(after)
                rest = rest[..<colon]
            }
        }
        var registry = Self.defaultRegistry
        if let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")) {
            let first = rest[..<slash]
            if first.utf8.contains(UInt8(ascii: ".")) || first.utf8.contains(UInt8(ascii: ":")) || first == "localhost"
                || first.utf8.contains(where: { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") })
            {
                guard Self.isRegistry(first) else { throw ReferenceError(text: whole, problem: .registry) }
                registry = String(first)
                rest = rest[rest.utf8.index(after: slash)...]
            }
        }
        guard !rest.isEmpty else { throw ReferenceError(text: whole, problem: .empty) }
        let isUpper = rest.utf8.contains { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }
        guard !isUpper else { throw ReferenceError(text: whole, problem: .upperCase) }
        guard rest.split(separator: "/", omittingEmptySubsequences: false).allSatisfy({ Self.isComponent($0) }) else {
            throw ReferenceError(text: whole, problem: .name)
        }
        // 64 hexadecimal digits are an image's id, never a name.
        if registry == Self.defaultRegistry, !rest.utf8.contains(UInt8(ascii: "/")), Digest(hex: String(rest)) != nil {
            throw ReferenceError(text: whole, problem: .identifier)
        }
        if registry == Self.oldDefaultRegistry { registry = Self.defaultRegistry }
        var repository = String(rest)
        if registry == Self.defaultRegistry, !repository.contains("/") {
            repository = Self.officialNamespace + repository
        }
        guard registry.utf8.count + 1 + repository.utf8.count <= Self.nameLimit else {
            throw ReferenceError(text: whole, problem: .tooLong)
        }
        self.registry = registry
        self.repository = repository
        self.tag = tag
        self.digest = digest
    }

    /// With `latest` where there is neither a tag nor a digest.
    package var withDefaultTag: Reference {
        guard tag == nil, digest == nil else { return self }
        var reference = self
        reference.tag = "latest"
        return reference
    }

    /// Registry and repository in full.
    package var canonicalName: String { "\(registry)/\(repository)" }

    /// The name as people write it: without the default registry and its `library`.
    package var familiarName: String {
        guard registry == Self.defaultRegistry else { return canonicalName }
        guard repository.hasPrefix(Self.officialNamespace) else { return repository }
        let short = repository.dropFirst(Self.officialNamespace.count)
        return short.contains("/") ? repository : String(short)
    }

    private var suffix: String { (tag.map { ":" + $0 } ?? "") + (digest.map { "@" + $0.description } ?? "") }

    /// In full, with tag and digest.
    package var canonical: String { canonicalName + suffix }

    /// As people write it, with tag and digest.
    package var familiar: String { familiarName + suffix }

    package var description: String { familiar }
}

extension Reference: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do throws(ReferenceError) {
            self = try Reference(parsing: text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.message)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(canonical)
    }
}
