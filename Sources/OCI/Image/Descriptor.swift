/// A pointer to content: what it is, how large, and its digest (OCI image-spec, "Content Descriptors").
package struct Descriptor: Hashable, Sendable {
    package var mediaType: String
    package var digest: Digest
    /// Bytes.
    package var size: Int64
    package var platform: Platform?
    package var annotations: [String: String]

    package init(
        mediaType: String, digest: Digest, size: Int64, platform: Platform? = nil, annotations: [String: String] = [:]
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.platform = platform
        self.annotations = annotations
    }

    package init(json: JSON) throws(DocumentError) {
        guard let text = json["digest"]?.string, let digest = Digest(text) else {
            throw DocumentError("a descriptor has no digest that is understood")
        }
        guard let size = json["size"]?.int64, size >= 0 else { throw DocumentError("a descriptor has no size") }
        self.init(
            mediaType: json["mediaType"]?.string ?? "",
            digest: digest,
            size: size,
            platform: json["platform"].flatMap { Platform(json: $0) },
            annotations: json["annotations"]?.object?.compactMapValues(\.string) ?? [:]
        )
    }

    package var json: JSON {
        .object(leavingOutNil: [
            "mediaType": .string(mediaType), "digest": .string(digest.description), "size": .integer(size),
            "platform": platform?.json,
            "annotations": annotations.isEmpty ? nil : .object(annotations.mapValues { .string($0) }),
        ])
    }
}

/// What is wrong with an image's document.
package struct DocumentError: Error, Hashable, CustomStringConvertible {
    package let message: String

    package init(_ message: String) { self.message = message }

    package var description: String { message }
}

extension JSON {
    /// Parses a document of an image, saying which it was when it is not JSON.
    package static func document(_ bytes: some Collection<UInt8>, what: String) throws(DocumentError) -> JSON {
        do throws(JSONError) {
            return try JSON(parsing: bytes)
        } catch {
            throw DocumentError("\(what) is not JSON: \(error)")
        }
    }
}
