import Foundation
import GRDB
import Linux
import OCI
import SystemPackage
import Testing

@testable import Images

/// What is kept beside a layer says what is in it, and is never believed when it is not what was written.
@Suite("Listings")
struct ListingTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func walked(_ layer: SnapshotID, in store: Store) throws -> LayerListing {
        try LayerWalk(root: store.rooted(store.directory(of: layer)), ids: store.ids).listing()
    }

    private func recorded(_ layer: SnapshotID, in store: Store) throws -> LayerListing? {
        SnapshotRecord.read(store.record(of: layer), fingerprint: try fingerprint(of: layer, in: store))
    }

    private func fingerprint(of layer: SnapshotID, in store: Store) throws -> String {
        try #require(
            try store.read("test") {
                try String.fetchOne(
                    $0, sql: "SELECT fingerprint FROM snapshots WHERE id = ?", arguments: [layer.description])
            })
    }

    private func layer(_ store: Store, _ text: String = "content") async throws -> SnapshotID {
        try await store.importLayer(
            from: .bytes(TestArchive.of([TestArchive.directory("d/"), TestArchive.file("d/file", text)])), exact: false
        ).snapshot
    }

    /// Files of every kind, hard links, odd names, attributes; then whiteouts, opaque directories, devices, a root of its own.
    @Test("the record is what a walk finds", arguments: UInt64(300)...320)
    func isWhatAWalkFinds(seed: UInt64) async throws {
        let store = try scratch.store()
        var random = SeededGenerator(seed: seed)
        var entries = RandomTree(seed: seed, ids: scratch.ids).entries
        var device = TarEntry(path: Array("zz-device".utf8), kind: .characterDevice, mode: 0o620)
        (device.deviceMajor, device.deviceMinor) = (UInt32(seed), UInt32.random(in: 0...9, using: &random))
        var block = device
        (block.path, block.kind) = (Array("zz-block".utf8), .blockDevice)
        var root = TarEntry(path: Array("./".utf8), kind: .directory, mode: 0o1711)
        root.modified = FileTime(seconds: Int64(seed))
        root.attributes = [ExtendedAttribute(name: "user.a", value: [0, 0, 1]), .init(name: "user.b", value: [])]
        entries += [
            (device, []), (block, []), (root, []), TestArchive.file("zz/.wh.gone\n\u{1}", ""),
            TestArchive.file("zz/opaque/.wh..wh..opq", ""), TestArchive.directory("zz/opaque/deep/"),
        ]
        let layer = try await store.importLayer(from: .bytes(TestArchive.of(entries)), exact: false).snapshot
        let walked = try walked(layer, in: store)
        #expect(try recorded(layer, in: store) != nil)
        #expect(try store.listing(of: layer) == walked)
        var history = try store.recordedListing(of: layer)
        #expect(history.entries.dropFirst() == walked.entries.dropFirst())
        history.entries[0].modified = walked.entries[0].modified
        #expect(history == walked)
        let kinds = Set(walked.entries.map { "\($0.kind)".prefix { $0 != "(" } })
        #expect(kinds.isSuperset(of: ["whiteout", "characterDevice", "blockDevice", "directory"]))
        // As a copy of the store has it: each file's time in whole seconds.
        #expect(walked.entries.allSatisfy { $0.modified.nanoseconds == 0 })
    }

    @Test(
        "a record that is not what was written is made anew",
        arguments: [
            "rm $r", ": > $r", "head -c 60 $r > x; mv x $r", "printf x >> $r", "cp $other $r",
            "head -c 999 /dev/zero > $r",
            "printf Y | dd of=$r bs=1 seek=40 conv=notrunc", "rm $r; ln -s $other $r", "rm $r; mkfifo $r",
            "printf 'd/file\\1file 420 0:0 7 0 \\0' > $r",
        ])
    func isMadeAnew(_ script: String) async throws {
        let store = try scratch.store()
        let (layer, other) = (try await layer(store), try await layer(store, "another content"))
        let expected = try walked(layer, in: store)
        let paths = "r=\(store.record(of: layer)); other=\(store.record(of: other)); "
        let done = try await scratch.run("sh", "-ec", paths + script)
        #expect(done.succeeded, "\(done.text)")
        #expect(try recorded(layer, in: store) == nil)
        // By whoever asks first, in whichever way.
        let next = try scratch.store()
        let found = script.contains("x") ? try next.recordedListing(of: layer) : try next.listing(of: layer)
        #expect(found == expected)
        #expect(try recorded(layer, in: store) != nil)
        #expect(next.takeRepairs().isEmpty)
        #expect(try next.contentBytes(of: layer) == 7)
    }

    @Test func `a record that cannot be made anew costs a walk, and nothing else`() async throws {
        let store = try scratch.store()
        let layer = try await layer(store)
        let expected = try walked(layer, in: store)
        let record = store.record(of: layer).string
        try FileManager.default.removeItem(atPath: record)
        try FileManager.default.createDirectory(atPath: record, withIntermediateDirectories: false)
        #expect(FileManager.default.createFile(atPath: record + "/x", contents: nil))
        #expect(try store.listing(of: layer) == expected)
        #expect(try store.recordedListing(of: layer) == expected)
    }

    /// What the program wrote before had another form, and a fingerprint of another form in the database.
    @Test func `the layers of an older program are listed, and recorded anew`() async throws {
        let store = try scratch.store()
        let layers = [try await layer(store), try await layer(store, "damaged")]
        let expected = try walked(layers[0], in: store)
        for layer in layers {
            try Data("d\u{1}directory(opaque: false) 493 0:0 0 0 \0".utf8).write(
                to: URL(fileURLWithPath: store.record(of: layer).string))
        }
        let old = Digest.sha256(of: "old").description
        try store.write("test") { try $0.execute(sql: "UPDATE snapshots SET fingerprint = ?", arguments: [old]) }
        let next = try scratch.store()
        #expect(try next.listing(of: layers[0]) == expected)
        #expect(try fingerprint(of: layers[0], in: next) == SnapshotRecord(expected).fingerprint)
        #expect(try recorded(layers[0], in: next)?.entries.count == expected.entries.count)
        #expect(try await scratch.run("sh", "-c", "echo >> d/file", in: next.directory(of: layers[1])).succeeded)
        #expect { try next.listing(of: layers[1]) } throws: { ($0 as? ImageError)?.code == .corrupt }
        #expect(!next.exists(layers[1]))
    }

    @Test func `history is told without a look at the layer, a listing is not`() async throws {
        let layer = try await layer(scratch.store())
        let store = try scratch.store()
        #expect(try await scratch.run("rm", "d/file", in: store.directory(of: layer)).succeeded)
        #expect(try store.recordedListing(of: layer).entries.map(\.path) == ["", "d", "d/file"])
        #expect { try store.listing(of: layer) } throws: { error in
            (error as? ImageError)?.message.contains("is damaged at /d") == true
        }
        #expect(!store.exists(layer))
    }

    /// One file is told by its `ctime`; where that says nothing (a copied store), the whole layer is compared.
    @Test func `a file of a layer is believed when nothing wrote to it since`() async throws {
        let (sound, damaged) = (try await layer(scratch.store()), try await layer(scratch.store(), "other"))
        let early = try scratch.store()
        func changed(_ layer: SnapshotID) throws -> Int64 {
            try RootedDirectory(at: early.directory(of: layer)).status("d/file").changed.seconds
        }
        #expect(try await scratch.run("sh", "-c", "echo x > d/file", in: early.directory(of: damaged)).succeeded)
        try early.write("test") { try $0.execute(sql: "UPDATE snapshots SET added = added + 100") }
        #expect(early.isUntouched(since: try changed(damaged), in: damaged))
        #expect(early.exists(damaged))
        let late = try scratch.store()
        try late.write("test") { try $0.execute(sql: "UPDATE snapshots SET added = added - 200") }
        #expect(late.isUntouched(since: try changed(sound), in: sound))
        #expect(!late.isUntouched(since: try changed(damaged), in: damaged))
        #expect(!late.exists(damaged))
        #expect(!late.isUntouched(since: 0, in: .random()))
    }

    @Test func `what a record takes is counted, and goes with its layer`() async throws {
        let store = try scratch.store()
        let files = (0..<500).map { TestArchive.file("file-\($0)", "") }
        let layer = try await store.importLayer(from: .bytes(TestArchive.of(files)), exact: false).snapshot
        let (listing, bytes) = try LayerWalk(root: store.rooted(store.directory(of: layer)), ids: store.ids).measured()
        let record = try #require(
            try FileManager.default.attributesOfItem(atPath: store.record(of: layer).string)[.size] as? Int64)
        #expect(record > 500 * 20)
        #expect(SnapshotRecord(listing).diskBytes >= record)
        #expect(try store.diskUsage().totalBytes == bytes + SnapshotRecord(listing).diskBytes)
        _ = try await store.prune(PruneRequest())
        #expect(!FileManager.default.fileExists(atPath: store.record(of: layer).string))
        #expect(try store.diskUsage().totalBytes == 0)
    }
}
