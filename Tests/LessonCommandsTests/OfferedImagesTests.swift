import Glibc
import Images
import Linux
import OCI
import SystemPackage
import Testing

@testable import LessonCommands

/// What a name means where a verdict hangs on it.
@Suite struct OfferedImagesTests {
    private func withStore(_ body: (Store) async throws -> Void) async throws {
        var template = Array("/tmp/lesson-offered.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        let folder = FilePath(platformString: template)
        defer { try? RootedDirectory(at: "/tmp").remove(FilePath(root: nil, folder.components.suffix(1))) }
        let store = try Store(at: folder.appending("store"), ids: .single)
        try await body(store)
        store.close()
    }

    /// `lesson check` of the first exercise names its image `hello`: that is on one machine, and not on the next.
    @Test(
        arguments: [
            (.built, false), (.container, false), (.pulled, true), (.loaded, true), (.imported, true), (.made, true),
        ] as [(StoredImage.Origin, Bool)])
    func whatSomebodyBuiltHereIsNoBaseOfAnExamination(_ origin: StoredImage.Origin, _ isTaken: Bool) async throws {
        try await withStore { store in
            let image = StoredImage(
                layers: [try await store.emptySnapshot()], configuration: ImageConfiguration(config: .init()),
                origin: origin)
            try await store.put(image, references: [try Reference(parsing: "hello")])
            let registry = Skopeo(store: store, executable: "/bin/false")
            let everybody = LessonImages(store: store, registries: registry, declarations: { [] }, announce: { _ in })
            #expect(try await everybody.image("hello").image.key == image.key)
            let examination = LessonImages(
                store: store, registries: registry, takesBuilt: false, declarations: { [] }, announce: { _ in })
            if isTaken {
                #expect(try await examination.image("hello").image.key == image.key)
            } else {
                let error = await #expect(throws: ImageError.self) { try await examination.image("hello") }
                #expect(error?.code != .corrupt)
            }
        }
    }
}
