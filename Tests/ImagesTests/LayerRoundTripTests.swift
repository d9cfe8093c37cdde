import Foundation
import Linux
import OCI
import SystemPackage
import Testing

@testable import Images

@Suite("Layers keep what they hold")
struct LayerRoundTripTests {
    let scratch: Scratch
    let store: Store

    init() throws {
        scratch = try Scratch()
        store = try scratch.store()
    }

    private func packed(_ snapshot: SnapshotID) throws -> [UInt8] {
        let sink = MemorySink()
        try store.packBlocking(snapshot, into: sink)
        return sink.bytes
    }

    @Test("a tree comes out of a snapshot byte for byte as it went in", arguments: UInt64(1)...20)
    func canonical(seed: UInt64) async throws {
        let archive = TestArchive.of(RandomTree(seed: seed, ids: scratch.ids).entries)
        let layer = try await store.importLayer(from: .bytes(archive), exact: false)
        #expect(try packed(layer.snapshot) == archive)
        #expect(try store.tarBytes(of: layer.snapshot) == Int64(archive.count))
        #expect(try store.listing(of: layer.snapshot).tarBytes == Int64(archive.count))
        #expect(try await store.diffID(of: layer.snapshot) == layer.diffID)
    }

    @Test("whatever the order of its entries, an archive is written again exactly", arguments: UInt64(100)...110)
    func exact(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var entries = RandomTree(seed: seed, ids: scratch.ids).entries.filter { $0.0.kind != .hardLink }
        entries.shuffle(using: &random)
        // Ten kilobytes of blocking, as GNU tar has it.
        let archive = TestArchive.of(entries) + [UInt8](repeating: 0, count: 7 * 512)
        let layer = try await store.importLayer(from: .bytes(archive))
        #expect(layer.diffID == Digest.sha256(of: archive))
        #expect(layer.isExact)
        #expect(try packed(layer.snapshot) == archive)
    }

    @Test("compression is recognised by content", arguments: Compression.allCases)
    func compression(kind: Compression) async throws {
        let archive = TestArchive.of([
            TestArchive.file("a"), TestArchive.file("b", String(repeating: "x", count: 99999)),
        ])
        let compressed = MemorySink()
        let compressor = try Compressor(kind, to: compressed)
        try compressor.write(archive)
        try compressor.finish()
        let layer = try await store.importLayer(
            from: .file(scratch.write("layer", compressed.bytes)), blob: Digest.sha256(of: compressed.bytes))
        #expect(layer.diffID == Digest.sha256(of: archive))
        #expect(try packed(layer.snapshot) == archive)
        #expect((kind == .none) == (compressed.bytes == archive))
    }

    @Test func `whiteouts and opaque directories are overlayfs's inside and Docker's outside`() async throws {
        let archive = TestArchive.of([
            TestArchive.directory("d/"), TestArchive.file("d/.wh..wh..opq", ""), TestArchive.file("d/new"),
            TestArchive.file("etc/.wh.gone", ""), TestArchive.file(".wh.top", ""), TestArchive.file(".wh..wh.aufs", ""),
        ])
        let layer = try await store.importLayer(from: .bytes(archive), exact: false)
        let listing = try store.listing(of: layer.snapshot)
        let kinds = Dictionary(listing.entries.map { ($0.path.string, $0.kind) }) { first, _ in first }
        #expect(
            kinds == [
                "": .directory(opaque: false), "d": .directory(opaque: true), "d/new": .file,
                "etc": .directory(opaque: false), "etc/gone": .whiteout, "top": .whiteout,
            ])
        let root = try RootedDirectory(at: store.directory(of: layer.snapshot))
        #expect(try root.status("etc/gone", followingLast: false).isWhiteout)
        let again = try await store.importLayer(from: .bytes(try packed(layer.snapshot)), exact: false)
        #expect(try store.listing(of: again.snapshot).entries.map(\.kind) == listing.entries.map(\.kind))
    }

    @Test func `an opaque root hides everything below`() async throws {
        let archive = TestArchive.of([TestArchive.file(".wh..wh..opq", ""), TestArchive.file("only")])
        let layer = try await store.importLayer(from: .bytes(archive), exact: false)
        #expect(try store.listing(of: layer.snapshot).entries.first?.kind == .directory(opaque: true))
        #expect(try packed(layer.snapshot) == archive)
    }

    @Test func `devices survive although nobody here may make them`() async throws {
        var device = TarEntry(path: Array("dev/null".utf8), kind: .characterDevice, mode: 0o666)
        (device.deviceMajor, device.deviceMinor) = (1, 3)
        let archive = TestArchive.of([TestArchive.directory("dev/"), (device, [])])
        let layer = try await store.importLayer(from: .bytes(archive), exact: false)
        #expect(try packed(layer.snapshot) == archive)
        let status = try RootedDirectory(at: store.directory(of: layer.snapshot)).status(
            "dev/null", followingLast: false)
        #expect(status.kind == .regular)
        #expect(status.size == 0)
    }

    @Test func `holes stay holes`() async throws {
        let size = 8 << 20
        var content = [UInt8](repeating: 0, count: size)
        content[size / 2] = 1
        let archive = TestArchive.of([(TarEntry(path: Array("disk".utf8), kind: .file), content)])
        let layer = try await store.importLayer(from: .bytes(archive), exact: false)
        let status = try RootedDirectory(at: store.directory(of: layer.snapshot)).status("disk")
        #expect(status.size == Int64(size))
        #expect(status.blocks * 512 < Int64(size / 16))
        #expect(try packed(layer.snapshot) == archive)
    }

    @Test(
        "holes begin and end anywhere",
        arguments: [
            "0", "00", "1", "01", "10", "010", "101", "0110", "1001", "110100", "0101011100", "1111000011110000",
        ],
        [0, 1, 65_535])
    func holesAnywhere(pieces: String, tail: Int) async throws {
        var content = pieces.flatMap { [UInt8](repeating: $0 == "0" ? 0 : 7, count: 64 << 10) }
        content += [UInt8](repeating: 0, count: tail)
        let file = (TarEntry(path: Array("disk".utf8), kind: .file, size: Int64(content.count)), content)
        let archive = TestArchive.of([file])
        let layer = try await store.importLayer(from: .bytes(archive), exact: false)
        let root = try RootedDirectory(at: store.directory(of: layer.snapshot))
        #expect(try root.readFile("disk", limit: 2 << 20) == content)
        #expect(try packed(layer.snapshot) == archive)
    }

    @Test(
        "archives of GNU tar are read, sparse ones in all their forms",
        arguments: [
            ["--format=gnu"], ["--format=ustar"], ["--format=v7"], ["--format=pax"], ["--format=gnu", "-S"],
            ["--format=pax", "-S", "--sparse-version=0.0"], ["--format=pax", "-S", "--sparse-version=0.1"],
            ["--format=pax", "-S", "--sparse-version=1.0"],
        ])
    func gnuTar(options: [String]) async throws {
        let script = """
            mkdir -p tree/sub && cd tree && echo hello > sub/file && ln -s ../x sub/link && ln sub/file hard
            truncate -s 3M hole && printf tail >> hole && printf mid | dd of=hole bs=1 seek=1000000 conv=notrunc status=none
            echo long > $(printf 'n%.0s' $(seq \(options[0] == "--format=v7" || options[0] == "--format=ustar" ? 90 : 180)))
            tar \(options.joined(separator: " ")) -cf ../tree.tar .
            sha256sum hole | cut -c1-64
            """
        let made = try await scratch.run("sh", "-ec", script)
        #expect(made.succeeded, "\(made.text)")
        let archive = try scratch.read("tree.tar")
        let layer = try await store.importLayer(from: .file(scratch.file("tree.tar")))
        #expect(layer.isExact)
        #expect(try packed(layer.snapshot) == archive)
        let root = try RootedDirectory(at: store.directory(of: layer.snapshot))
        let hole = try root.readFile("hole", limit: 4 << 20)
        #expect(Digest.sha256(of: hole).hex == made.text.trimmingCharacters(in: .whitespacesAndNewlines))
        #expect(try root.readFile("hard", limit: 100) == Array("hello\n".utf8))
        #expect(try root.status("hard").inode == root.status("sub/file").inode)
        let compared = try await scratch.run(
            "diff", "-r", "--no-dereference", "tree", store.directory(of: layer.snapshot).string)
        #expect(compared.succeeded, "\(compared.text)")
    }

    @Test func `GNU tar reads what is packed`() async throws {
        let tree = RandomTree(seed: 7, ids: scratch.ids)
        let layer = try await store.importLayer(from: .bytes(TestArchive.of(tree.entries)), exact: false)
        _ = try scratch.write("packed.tar", packed(layer.snapshot))
        let listed = try await scratch.run("sh", "-c", "tar -tf packed.tar 2>&1 | wc -l")
        #expect(listed.text.trimmingCharacters(in: .whitespacesAndNewlines) == String(tree.entries.count))
    }

    @Test func `a later entry replaces an earlier one, and the layer says it is not exact`() async throws {
        let archive = TestArchive.of([
            TestArchive.file("a", "first"), TestArchive.link("b", to: "a", hard: true), TestArchive.file("a", "second"),
            TestArchive.directory("c/"), TestArchive.file("c/x"), TestArchive.link("c", to: "elsewhere"),
        ])
        let layer = try await store.importLayer(from: .bytes(archive))
        #expect(!layer.isExact)
        let root = try RootedDirectory(at: store.directory(of: layer.snapshot))
        #expect(try root.readFile("a", limit: 10) == Array("second".utf8))
        #expect(try root.readFile("b", limit: 10) == Array("first".utf8))
        #expect(try root.readLink("c") == "elsewhere")
    }

    @Test func `a directory behind a link of the same archive is reached inside the root`() async throws {
        let archive = TestArchive.of([
            TestArchive.link("lib", to: "/usr/lib"), TestArchive.directory("usr/lib/"), TestArchive.file("lib/x.so"),
        ])
        let layer = try await store.importLayer(from: .bytes(archive))
        let root = try RootedDirectory(at: store.directory(of: layer.snapshot))
        #expect(try root.status("usr/lib/x.so", followingLast: false).kind == .regular)
        #expect(try packed(layer.snapshot) == archive)
    }

    @Test func `a wrong digest is refused and leaves nothing`() async throws {
        let archive = TestArchive.of([TestArchive.file("a")])
        for (diffID, blob) in [(Digest.sha256(of: "x"), nil), (nil, Digest.sha256(of: "x"))] as [(Digest?, Digest?)] {
            await #expect { try await store.importLayer(from: .bytes(archive), diffID: diffID, blob: blob) } throws: {
                ($0 as? ImageError)?.code == .digestMismatch
            }
        }
        #expect(try store.diskUsage().snapshots == 0)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: store.location.appending("snapshots").string).isEmpty)
    }
}
