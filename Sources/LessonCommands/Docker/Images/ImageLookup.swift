import Images
import OCI
import TerminalUI

extension Store {
    /// The image that somebody names, or Docker's complaint.
    func require(_ name: String) async throws -> NamedImage {
        if let image = try await image(matching: name) { return image }
        throw CommandError(
            "no-such-image", "No such image: \((try? Reference(parsing: name))?.withDefaultTag.familiar ?? name)",
            hint: "`lesson docker images` lists what there is; `lesson docker pull \(name)` fetches it", status: .failed
        )
    }
}

/// A reference that a person wrote.
func parseReference(_ text: String) throws -> Reference {
    do throws(ReferenceError) {
        return try Reference(parsing: text)
    } catch {
        throw CommandError("invalid-reference", "\(error)", status: .failed)
    }
}

extension EngineSession {
    /// The image that somebody names, from wherever it is to be had.
    func image(_ name: String, _ console: Console) async throws -> StoredImage {
        // An id, or the beginning of one, is of an image that is here.
        if let found = try await store.image(matching: name) { return found.image }
        let progress = console.progress()
        return try await progress.during {
            try await images.image(name) { progress.update($0) }.image
        }
    }
}
