import Foundation
import Linux
import OCI
import SystemPackage
import Testing

@testable import Images

/// Layers that were never hashed are read once: they are named when they are written, wherever that can be done.
@Suite("Saving layers that were never hashed")
struct SavingTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// An image in a store of its own: a layer that is larger than what is written at once, two that are the same, and
    /// one of nothing.
    private func image(in store: Store) async throws -> ImageToSave {
        var layers: [SnapshotID] = []
        let large = String(repeating: "0123456789abcdef", count: 150_000)
        for entries in [[TestArchive.file("large", large)], [TestArchive.file("same")], [TestArchive.file("same")], []]
        {
            let bytes = TestArchive.of([TestArchive.directory("./")] + entries)
            layers.append(try await store.importLayer(from: .bytes(bytes), exact: false).snapshot)
        }
        for layer in layers { #expect(try store.knownDiffID(of: layer) == nil) }
        let configuration = ImageConfiguration(
            created: Timestamp(seconds: 1_700_000_000), platform: Platform(architecture: "amd64"))
        return ImageToSave(
            StoredImage(layers: layers, configuration: configuration, origin: .built),
            references: [try Reference(parsing: "example/saved:1")])
    }

    private func store(_ name: String) throws -> Store { try Store(at: scratch.file(name), ids: scratch.ids) }

    /// Saves to a pipe, in which nothing can be gone back to.
    private func saveToPipe() async throws -> [UInt8] {
        let store = try store("piped")
        let image = try await image(in: store)
        let pipe = Foundation.Pipe()
        let (reading, writing) = (pipe.fileHandleForReading, pipe.fileHandleForWriting)
        // On a thread of its own: a read that blocks one of the few that tasks share may block who would write.
        async let bytes = DedicatedThread.run { () throws(LinuxError) in
            [UInt8](reading.readDataToEndOfFile())
        }
        do throws(ImageError) {
            try await store.save([image], to: .descriptor(writing.fileDescriptor))
        } catch {
            try writing.close()
            throw error
        }
        try writing.close()
        return try await bytes
    }

    @Test(
        "the archive is the same wherever it goes",
        arguments: [("", O_TRUNC), ("what stands before", O_TRUNC), ("what stands before", O_APPEND)])
    func sameArchive(before: String, flag: Int32) async throws {
        let piped = try await saveToPipe()
        let store = try store("filed")
        let path = try scratch.write("archive", flag == O_APPEND ? Array(before.utf8) : [])
        let descriptor = open(path.string, O_WRONLY | flag | O_CLOEXEC)
        defer { close(descriptor) }
        if flag != O_APPEND { #expect(write(descriptor, before, before.utf8.count) == before.utf8.count) }
        try await store.save([image(in: store)], to: .descriptor(descriptor))
        #expect(try scratch.read("archive") == Array(before.utf8) + piped)
        // Two of its four layers are one blob.
        let names = try TarFile.names(piped).filter { $0.hasPrefix("blobs/sha256/") }
        #expect(names.count == Set(names).count)
        #expect(names.count == 1 + 3 + 2)
        let loaded = try await self.store("loaded").load(.archive(.bytes(piped)))
        #expect(loaded.first?.image.layers.count == 4)
    }

    @Test func `a folder gets the same blobs, and each its name`() async throws {
        let piped = try await saveToPipe()
        let store = try store("filed")
        try await store.save([image(in: store)], to: .directory(scratch.file("folder")))
        let found = try FileManager.default.contentsOfDirectory(atPath: scratch.file("folder/blobs/sha256").string)
        let names = try TarFile.names(piped).filter { $0.hasPrefix("blobs/sha256/") && $0 != "blobs/sha256/" }
        #expect(Set(found.map { "blobs/sha256/" + $0 }) == Set(names))
        for name in found { #expect(try Digest.sha256(of: scratch.read("folder/blobs/sha256/\(name)")).hex == name) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.file("folder/blobs").string) == ["sha256"])
    }

    @Test func `a layer that turns out to be damaged leaves no half blob`() async throws {
        let store = try store("filed")
        let image = try await image(in: store)
        let layer = try #require(image.image.layers.first)
        #expect(truncate(store.directory(of: layer).appending("large").string, 700_000) == 0)
        await #expect(throws: ImageError.self) {
            try await store.save([image], to: .directory(scratch.file("folder")))
        }
        #expect(try store.knownDiffID(of: layer) == nil)
        let left = try await scratch.run("find", "folder", "-type", "f")
        #expect(left.text.isEmpty)
    }
}

/// The names in an archive.
private enum TarFile {
    static func names(_ bytes: [UInt8]) throws -> [String] {
        let reader = TarReader(MemorySource(bytes))
        var names: [String] = []
        while let entry = try reader.next() { names.append(String(decoding: entry.path, as: UTF8.self)) }
        return names
    }
}
