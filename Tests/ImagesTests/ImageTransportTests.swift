import Foundation
import Linux
import OCI
import SystemPackage
import Testing

@testable import Images

@Suite("Images in and out")
struct ImageTransportTests {
    let scratch: Scratch
    let store: Store

    init() throws {
        scratch = try Scratch()
        store = try scratch.store()
    }

    static let name = "example/thing:1"

    /// An image of two layers, with a configuration that has everything.
    private func makeImage() async throws -> StoredImage {
        let base = try await store.importLayer(
            from: .bytes(
                TestArchive.of([
                    TestArchive.directory("bin/"), TestArchive.file("bin/tool", "tool", mode: 0o755),
                    TestArchive.file("etc/old", "old"), TestArchive.link("bin/sh", to: "tool"),
                ])), exact: false)
        let top = try await store.importLayer(
            from: .bytes(
                TestArchive.of([TestArchive.file("etc/.wh.old", ""), TestArchive.file("hello", "hello", mode: 0o755)])),
            exact: false)
        var config = ContainerConfiguration()
        config.command = ["/hello"]
        config.environment = ["PATH=/bin"]
        config.labels = ["who": "me"]
        config.workingDirectory = "/w"
        return StoredImage(
            layers: [base.snapshot, top.snapshot],
            configuration: ImageConfiguration(
                created: Timestamp(seconds: 1_700_000_000), platform: Platform(architecture: "amd64"), config: config,
                history: [HistoryEntry(createdBy: "base"), HistoryEntry(createdBy: "top")]),
            origin: .built)
    }

    private func save(
        _ image: StoredImage, _ file: String, compression: Compression = .none, from other: Store? = nil
    ) async throws {
        let descriptor = open(scratch.file(file).string, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        defer { close(descriptor) }
        try await (other ?? store).save(
            [ImageToSave(image, references: [try Reference(parsing: Self.name)])], to: .descriptor(descriptor),
            compression: compression)
    }

    @Test(
        "an archive that is loaded elsewhere and saved again is the same",
        arguments: [Compression.none, .gzip, .zstandard])
    func roundTrip(compression: Compression) async throws {
        let image = try await makeImage()
        try await store.put(image, references: [try Reference(parsing: Self.name)])
        try await save(image, "a.tar", compression: compression)
        let other = try Store(at: scratch.file("other"), ids: scratch.ids)
        let loaded = try await other.load(.archive(.file(scratch.file("a.tar"))))
        #expect(loaded.map { $0.references.map(\.familiar) } == [[Self.name]])
        let found = try #require(try other.image(named: Reference(parsing: Self.name)))
        #expect(try await other.imageID(of: found.image) == store.imageID(of: image))
        #expect(found.image.configuration == image.configuration)
        #expect(
            try other.listing(of: found.image.layers[1]).entries.map(\.kind)
                == store.listing(of: image.layers[1]).entries.map(\.kind))
        try await save(found.image, "b.tar", compression: compression, from: other)
        #expect(try scratch.read("a.tar") == scratch.read("b.tar"))
        // Loading what is there already takes nothing anew.
        let before = try other.diskUsage()
        _ = try await other.load(.archive(.file(scratch.file("b.tar"))))
        #expect(try other.diskUsage() == before)
    }

    @Test func `a pipe and a compressed archive are loaded too`() async throws {
        let image = try await makeImage()
        try await save(image, "a.tar")
        #expect(try await scratch.run("zstd", "-q", "a.tar").succeeded)
        let other = try Store(at: scratch.file("other"), ids: scratch.ids)
        let loaded = try await other.load(.archive(.bytes(scratch.read("a.tar.zst"))))
        #expect(try await other.imageID(of: loaded[0].image) == store.imageID(of: image))
    }

    @Test("skopeo is content with the archive, in both readings", arguments: ["docker-archive", "oci-archive"])
    func skopeo(transport: String) async throws {
        let image = try await makeImage()
        try await save(image, "a.tar")
        let shown = try await scratch.run("skopeo", "inspect", "--config", "\(transport):a.tar")
        #expect(shown.succeeded, "\(shown.text)")
        let configuration = try ImageConfiguration(parsing: Array(shown.text.utf8))
        #expect(configuration.config == image.configuration.config)
        #expect(configuration.diffIDs == (try await store.diffIDs(of: image.layers)))
        let copied = try await scratch.run("skopeo", "copy", "-q", "\(transport):a.tar", "oci:layout:x")
        #expect(copied.succeeded, "\(copied.text)")
        let other = try Store(at: scratch.file("other"), ids: scratch.ids)
        let loaded = try await other.load(.directory(scratch.file("layout")))
        // From Docker's archive skopeo makes a configuration of its own.
        if transport == "oci-archive" {
            #expect(try await other.imageID(of: loaded[0].image) == store.imageID(of: image))
        }
        #expect(try await other.diffIDs(of: loaded[0].image.layers) == store.diffIDs(of: image.layers))
    }

    @Test func `umoci unpacks it, and finds each file`() async throws {
        let image = try await makeImage()
        try await store.save(
            [ImageToSave(image, references: [try Reference(parsing: Self.name)])],
            to: .directory(scratch.file("layout")))
        let unpacked = try await scratch.run("umoci", "unpack", "--rootless", "--image", "layout:1", "bundle")
        #expect(unpacked.succeeded, "\(unpacked.text)")
        #expect(try scratch.read("bundle/rootfs/hello") == Array("hello".utf8))
        #expect(!FileManager.default.fileExists(atPath: scratch.file("bundle/rootfs/etc/old").string))
    }

    @Test func `what umoci packs keeps its digest here`() async throws {
        let image = try await makeImage()
        try await store.save(
            [ImageToSave(image, references: [try Reference(parsing: Self.name)])],
            to: .directory(scratch.file("layout")))
        let script = """
            umoci unpack --rootless --image layout:1 bundle
            rm bundle/rootfs/hello; mkdir -p bundle/rootfs/new; echo x > bundle/rootfs/new/file; ln bundle/rootfs/new/file bundle/rootfs/hard
            umoci repack --image layout:2 bundle
            """
        let packed = try await scratch.run("sh", "-ec", script)
        #expect(packed.succeeded, "\(packed.text)")
        let copied = try await scratch.run("skopeo", "copy", "-q", "oci:layout:2", "oci:second:2")
        #expect(copied.succeeded, "\(copied.text)")
        let loaded = try await store.load(.directory(scratch.file("second")))
        let top = try #require(loaded.first?.image.layers.last)
        #expect(try store.listing(of: top).entries.contains { $0.path == "hello" && $0.kind == .whiteout })
        // Comes out byte for byte, or the digests that its configuration names would not be met.
        let sink = HashingSink()
        let digest = try store.packBlocking(top, into: sink).diffID
        #expect(digest == (try store.knownDiffID(of: top)))
    }

    @Test func `an old archive of docker save is loaded, links and all`() async throws {
        let layer = TestArchive.of([TestArchive.file("a", "a")])
        let diffID = Digest.sha256(of: layer)
        let configuration = ImageConfiguration(
            platform: Platform(architecture: "amd64"), diffIDs: [diffID, diffID]
        ).encoded
        let archive = TestArchive.of([
            (TarEntry(path: Array("0123/layer.tar".utf8), kind: .file), layer),
            TestArchive.link("4567/layer.tar", to: "../0123/layer.tar"),
            (TarEntry(path: Array("config.json".utf8), kind: .file), configuration),
            TestArchive.file(
                "manifest.json",
                #"[{"Config":"config.json","RepoTags":["old:1","bad name"],"Layers":["0123/layer.tar","4567/layer.tar"]}]"#
            ),
        ])
        let loaded = try await store.load(.archive(.bytes(archive)))
        #expect(loaded[0].references.map(\.familiar) == ["old:1"])
        #expect(try await store.imageID(of: loaded[0].image) == Digest.sha256(of: configuration))
        #expect(loaded[0].image.layers.count == 2)
    }

    @Test(
        "archives that lie are refused",
        arguments: [
            ("manifest.json", "[]x", ImageError.Code.malformed),
            ("manifest.json", #"{"a":1}"#, .malformed),
            ("manifest.json", #"[{"Config":"../../../../etc/passwd","Layers":[]}]"#, .malformed),
            ("manifest.json", #"[{"Config":"/etc/passwd","Layers":[]}]"#, .malformed),
            ("manifest.json", #"[{"Config":"missing.json","Layers":[]}]"#, .malformed),
            ("index.json", #"{"schemaVersion":2,"manifests":[{"digest":"sha256:../../x","size":1}]}"#, .malformed),
            ("index.json", #"{"schemaVersion":2,"manifests":[]}"#, .noSuchImage),
            ("other.json", "{}", .malformed),
        ])
    func lies(name: String, text: String, code: ImageError.Code) async throws {
        let archive = TestArchive.of([TestArchive.file(name, text)])
        await #expect { try await store.load(.archive(.bytes(archive))) } throws: { ($0 as? ImageError)?.code == code }
        #expect(try store.images().isEmpty)
    }

    @Test func `an index that lists itself ends`() async throws {
        // A blob cannot hold its own digest; a chain of indexes can be long.
        var json = Index(manifests: []).json.encoded
        var files: [(TarEntry, [UInt8])] = []
        for _ in 0..<10 {
            let digest = Digest.sha256(of: json)
            files.append((TarEntry(path: Array("blobs/sha256/\(digest.hex)".utf8), kind: .file), json))
            json = Index(manifests: [Descriptor(mediaType: MediaType.index, digest: digest, size: 1)]).json.encoded
        }
        files.append((TarEntry(path: Array("index.json".utf8), kind: .file), json))
        await #expect { try await store.load(.archive(.bytes(TestArchive.of(files)))) } throws: {
            ($0 as? ImageError)?.code == .malformed
        }
    }

    @Test func `a layer that is not what the configuration says is refused`() async throws {
        let configuration = ImageConfiguration(
            platform: Platform(architecture: "amd64"), diffIDs: [Digest.sha256(of: "other")]
        ).encoded
        let archive = TestArchive.of([
            (TarEntry(path: Array("l.tar".utf8), kind: .file), TestArchive.of([TestArchive.file("a")])),
            (TarEntry(path: Array("c.json".utf8), kind: .file), configuration),
            TestArchive.file("manifest.json", #"[{"Config":"c.json","RepoTags":null,"Layers":["l.tar"]}]"#),
        ])
        await #expect { try await store.load(.archive(.bytes(archive))) } throws: {
            ($0 as? ImageError)?.code == .digestMismatch
        }
    }

    @Test func `the root of a file system becomes an image`() async throws {
        let image = try await store.importRoot(
            from: .bytes(TestArchive.of([TestArchive.file("bin/sh", "x")])), comment: "c")
        try await store.put(image, references: [try Reference(parsing: "root")])
        #expect(try store.image(named: Reference(parsing: "root:latest"))?.image.layers.count == 1)
    }
}
