import Images
import OCI

extension Store {
    /// The image that somebody names, or Docker's complaint.
    func require(_ name: String) async throws -> NamedImage {
        if let image = try await image(matching: name) { return image }
        throw CommandError(
            "no-such-image", "No such image: \(name)",
            hint: "`lesson docker images` lists what there is; `lesson docker pull \(name)` fetches it", status: .failed
        )
    }
}

/// A reference that a person wrote.
func parseReference(_ text: String) throws -> Reference {
    do throws(ReferenceError) {
        return try Reference(parsing: text)
    } catch {
        throw CommandError("invalid-reference", "invalid reference format: \(error)", status: .docker)
    }
}

extension EngineSession {
    /// The image that somebody names, from wherever it is to be had.
    func image(_ name: String, _ console: Console) async throws -> StoredImage {
        try await store.require(name).image
    }
}
