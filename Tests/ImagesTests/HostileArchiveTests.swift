import Foundation
import Linux
import OCI
import SystemPackage
import Testing

@testable import Images

/// Each archive tries to reach the canary beside the store; what it may do inside its own root is checked where it
/// matters.
@Suite("Archives made by an enemy")
struct HostileArchiveTests {
    let scratch: Scratch
    let store: Store
    let canary: FilePath

    init() throws {
        scratch = try Scratch()
        store = try scratch.store()
        canary = try scratch.write("canary", Array("alive".utf8))
    }

    struct Attack: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// nil: it is unpacked, and stays inside.
        var refused: ImageError.Code?
        var entries: @Sendable (FilePath) -> [(TarEntry, [UInt8])]

        init(
            _ name: String, _ refused: ImageError.Code?,
            _ entries: @escaping @Sendable (FilePath) -> [(TarEntry, [UInt8])]
        ) {
            testDescription = name
            self.refused = refused
            self.entries = entries
        }
    }

    static func owned(_ uid: UInt32) -> (TarEntry, [UInt8]) {
        var (entry, content) = TestArchive.file("x")
        entry.uid = uid
        return (entry, content)
    }

    static let attacks: [Attack] = [
        Attack("climbs with ..", .hostile) { _ in [TestArchive.file("../../../canary")] },
        Attack("climbs in the middle", .hostile) { _ in [TestArchive.file("a/../../../../canary")] },
        Attack("an absolute path", nil) { [TestArchive.file($0.string)] },
        Attack("link, then write through it", nil) { canary in
            [TestArchive.link("link", to: canary.string), TestArchive.file("link", "dead")]
        },
        Attack("link to a folder, then write below it", nil) { canary in
            [
                TestArchive.link("dir", to: canary.removingLastComponent().string),
                TestArchive.file("dir/canary", "dead"),
            ]
        },
        Attack("relative link out, then write below it", nil) { _ in
            [TestArchive.link("dir", to: "../../../../../.."), TestArchive.file("dir/canary", "dead")]
        },
        Attack("chain of links", nil) { canary in
            [
                TestArchive.link("a", to: "b"), TestArchive.link("b", to: canary.removingLastComponent().string),
                TestArchive.file("a/canary", "dead"),
            ]
        },
        Attack("links in a circle", .system) { _ in
            [TestArchive.link("a", to: "b"), TestArchive.link("b", to: "a"), TestArchive.file("a/x")]
        },
        Attack("hard link to the host, absolute", .malformed) { [TestArchive.link("x", to: $0.string, hard: true)] },
        Attack("hard link by ..", .hostile) { _ in [TestArchive.link("x", to: "../../../canary", hard: true)] },
        Attack("hard link by where the process stands", .malformed) { _ in
            [TestArchive.link("x", to: "canary", hard: true), TestArchive.file("x", "dead")]
        },
        Attack("hard link through a link", .malformed) { canary in
            [
                TestArchive.link("d", to: canary.removingLastComponent().string),
                TestArchive.link("x", to: "d/canary", hard: true), TestArchive.file("x", "dead"),
            ]
        },
        Attack("hard link to itself", .hostile) { _ in
            [TestArchive.file("x"), TestArchive.link("x", to: "./x", hard: true)]
        },
        Attack("the root is a link", .hostile) { [TestArchive.link(".", to: $0.removingLastComponent().string)] },
        Attack("the root is a link, spelled ./", .hostile) { [TestArchive.link("./", to: $0.string)] },
        Attack("the root is a link, spelled /", .hostile) { [TestArchive.link("/", to: $0.string)] },
        Attack("the root is a file", .hostile) { _ in [TestArchive.file(".")] },
        Attack("an empty name", .hostile) { _ in [TestArchive.file("")] },
        Attack("a directory over a link", nil) { canary in
            [
                TestArchive.link("d", to: canary.removingLastComponent().string), TestArchive.directory("d/"),
                TestArchive.file("d/canary", "dead"),
            ]
        },
        Attack("chmod and chown through a link", nil) { canary in
            [TestArchive.link("x", to: canary.string), TestArchive.link("x", to: canary.string)]
        },
        Attack("a whiteout of ..", .hostile) { _ in [TestArchive.file("d/.wh...", "")] },
        Attack("a whiteout of .", .hostile) { _ in [TestArchive.file("d/.wh..", "")] },
        Attack("a whiteout without a name", .hostile) { _ in [TestArchive.file("d/.wh.", "")] },
        Attack("a whiteout through a link", nil) { canary in
            [TestArchive.link("d", to: canary.removingLastComponent().string), TestArchive.file("d/.wh.canary", "")]
        },
        Attack("an opaque mark through a link", nil) { canary in
            [TestArchive.link("d", to: canary.removingLastComponent().string), TestArchive.file("d/.wh..wh..opq", "")]
        },
        Attack("an owner of 2^31", .hostile) { _ in [owned(1 << 31)] },
        Attack("an owner of 2^32 - 1", .hostile) { _ in [owned(.max)] },
        Attack("a name of 256 bytes", .hostile) { _ in [TestArchive.file(String(repeating: "n", count: 256))] },
        Attack("a path of 5000 bytes", .hostile) { _ in [TestArchive.file(String(repeating: "n/", count: 2500))] },
        Attack("a zero byte in a name", .malformed) { _ in
            [(TarEntry(path: [97, 0] + [UInt8](repeating: 98, count: 120) + [200], kind: .file), [])]
        },
        Attack("a link without a target", .malformed) { _ in
            [(TarEntry(path: Array("l".utf8), kind: .symlink), [])]
        },
        Attack("our own attributes, overlayfs's, and a machine's", nil) { _ in
            [
                (
                    TarEntry(
                        path: Array("d/".utf8), kind: .directory, mode: 0o755,
                        attributes: [
                            ExtendedAttribute(name: "user.overlay.opaque", value: [121]),
                            ExtendedAttribute(name: "user.overlay.redirect", value: Array("/etc".utf8)),
                            ExtendedAttribute(name: "trusted.overlay.redirect", value: Array("/etc".utf8)),
                            ExtendedAttribute(name: "user.lesson.owner", value: Array("0:0".utf8)),
                            ExtendedAttribute(name: "security.selinux", value: Array("x".utf8)),
                        ]), []
                )
            ]
        },
    ]

    @Test("the canary lives", arguments: attacks)
    func attack(_ attack: Attack) async throws {
        let before = try RootedDirectory(at: scratch.path).status("canary")
        let archive = TestArchive.of(attack.entries(canary))
        var failure: ImageError?
        var layer: ImportedLayer?
        do { layer = try await store.importLayer(from: .bytes(archive)) } catch { failure = error }
        #expect(failure?.code == attack.refused, "\(failure?.message ?? "unpacked")")
        let after = try RootedDirectory(at: scratch.path).status("canary")
        #expect(after == before)
        #expect(try scratch.read("canary") == Array("alive".utf8))
        if let layer {
            // Whatever it is, it can be listed and packed, and no attribute of ours came in.
            let listing = try store.listing(of: layer.snapshot)
            #expect(listing.entries.allSatisfy { $0.attributes.allSatisfy { ExtendedAttribute.isPortable($0.name) } })
            let root = try RootedDirectory(at: store.directory(of: layer.snapshot))
            for entry in listing.entries where attack.testDescription.contains("attributes") && !entry.path.isEmpty {
                #expect(try root.extendedAttributes(entry.path).isEmpty)
            }
        } else {
            #expect(try store.diskUsage().snapshots == 0)
        }
    }

    @Test func `a pax size rules over a ustar size, so that no entry hides in another`() async throws {
        // A reader that believes the ustar size (0) takes the content for the next header (TARmageddon).
        let inner = TestArchive.of([TestArchive.file("smuggled", "x")])
        var archive = TestArchive()
        archive.add(TarEntry(path: Array("big".utf8), kind: .file), inner)
        let record = "size=\(inner.count)\n"
        let pax = "\(record.utf8.count + 3) \(record)"
        var outer = TestArchive()
        outer.add(TarEntry(path: Array("h".utf8), kind: .file), Array(pax.utf8))
        outer.bytes[156] = UInt8(ascii: "x")
        Self.checksum(&outer.bytes, at: 0)
        // The same file with a ustar size of zero.
        for index in 124..<135 { archive.bytes[index] = 48 }
        Self.checksum(&archive.bytes, at: 0)
        let layer = try await store.importLayer(from: .bytes(outer.bytes + archive.finished))
        #expect(try store.listing(of: layer.snapshot).entries.map(\.path.string) == ["", "big"])
        let root = try RootedDirectory(at: store.directory(of: layer.snapshot))
        #expect(try root.status("big").size == Int64(inner.count))
    }

    @Test func `a hard link with a size hides nothing`() async throws {
        var archive = TestArchive()
        archive.add(TestArchive.file("a").0, Array("x".utf8))
        let at = archive.bytes.count
        archive.add(TestArchive.link("b", to: "a", hard: true).0)
        for (index, digit) in "00000002000".utf8.enumerated() { archive.bytes[at + 124 + index] = digit }
        Self.checksum(&archive.bytes, at: at)
        archive.add(TestArchive.file("c").0, Array("y".utf8))
        let layer = try await store.importLayer(from: .bytes(archive.finished))
        #expect(try store.listing(of: layer.snapshot).entries.map(\.path.string) == ["", "a", "b", "c"])
    }

    static func checksum(_ bytes: inout [UInt8], at offset: Int) {
        for index in 148..<156 { bytes[offset + index] = 32 }
        let sum = bytes[offset..<offset + 512].reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        let text = String(repeating: "0", count: 6 - digits.count) + digits + "\u{0} "
        for (index, byte) in text.utf8.enumerated() { bytes[offset + 148 + index] = byte }
    }

    @Test func `a bomb is stopped by the bytes it unpacks to, not by its own size`() async throws {
        let sink = MemorySink()
        let compressor = try Compressor(.zstandard, to: sink)
        try compressor.write(
            TarHeader.encode(TarEntry(path: Array("bomb".utf8), kind: .file, size: 1 << 40)))
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        for _ in 0..<64 { try compressor.write(zeros) }
        try compressor.finish()
        #expect(sink.bytes.count < 100_000)
        await #expect {
            try await store.importLayer(from: .bytes(sink.bytes), limits: ArchiveLimits(bytes: 32 << 20))
        } throws: {
            ($0 as? ImageError)?.code == .tooLarge
        }
    }

    @Test func `headers without files, and zeros after the end, are stopped too`() async throws {
        let limits = ArchiveLimits(bytes: 1 << 20, entries: 16)
        var header = TestArchive()
        header.add(TarEntry(path: Array("g".utf8), kind: .file), [UInt8](repeating: 32, count: 1 << 20))
        header.bytes[156] = UInt8(ascii: "g")
        Self.checksum(&header.bytes, at: 0)
        let end = [UInt8](repeating: 0, count: 2 << 20)
        for archive in [header.bytes + header.bytes + header.bytes + end.prefix(1024), TestArchive.of([]) + end] {
            await #expect {
                try await store.importLayer(from: .bytes(archive), limits: limits)
            } throws: {
                ($0 as? ImageError)?.code == .tooLarge
            }
        }
    }

    @Test func `sizes whose sum is no number are too large, not the end of the program`() async throws {
        // Nearly 4 EiB each, all of it holes.
        var archive: [UInt8] = []
        for name in ["a", "b", "c"] {
            var block = TestArchive.of([TestArchive.file(name, "")])
            block.removeLast(1024)
            block.replaceSubrange(257..<265, with: "ustar  \u{0}".utf8)
            block.replaceSubrange(483..<495, with: [0x80, 0, 0, 0, 0x3F, 0, 0, 0, 0, 0, 0, 0])
            block[156] = UInt8(ascii: "S")
            Self.checksum(&block, at: 0)
            archive += block
        }
        for limit in [Int64.max, 1 << 30] {
            await #expect {
                try await store.importLayer(from: .bytes(archive), limits: ArchiveLimits(bytes: limit))
            } throws: {
                [.tooLarge, .system].contains(($0 as? ImageError)?.code)
            }
        }
    }

    @Test func `many small entries are stopped by their number`() async throws {
        let archive = TestArchive.of((0..<200).map { TestArchive.file("f\($0)") })
        await #expect {
            try await store.importLayer(from: .bytes(archive), limits: ArchiveLimits(entries: 199))
        } throws: {
            ($0 as? ImageError)?.code == .tooLarge
        }
    }

    @Test func `what is cut off or changed anywhere is an error or a layer, never a crash`() async throws {
        var random = SeededGenerator(seed: 42)
        var entries = RandomTree(seed: 3, ids: scratch.ids).entries
        for index in entries.indices where entries[index].0.size > 1000 {
            entries[index].1 = Array("short".utf8)
        }
        let archive = TestArchive.of(entries)
        var refused = 0
        for _ in 0..<120 {
            var changed = archive
            if Bool.random(using: &random) { changed.removeLast(Int.random(in: 1..<archive.count, using: &random)) }
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: 0..<changed.count, using: &random)
                changed[at] = UInt8.random(in: 0...255, using: &random)
                if at / 512 * 512 + 512 <= changed.count, Bool.random(using: &random) {
                    Self.checksum(&changed, at: at / 512 * 512)
                }
            }
            do { _ = try await store.importLayer(from: .bytes(changed)) } catch { refused += 1 }
        }
        #expect(refused > 0)
        #expect(try scratch.read("canary") == Array("alive".utf8))
    }

    @Test(
        "what is no archive is told from one by content",
        arguments: [
            ([], false), (Array("hello".utf8), false), ([UInt8](repeating: 0, count: 2048), false),
            ([0x1F, 0x8B, 8, 0], false), (TestArchive.of([TestArchive.file("a")]), true),
        ] as [([UInt8], Bool)])
    func detection(bytes: [UInt8], expected: Bool) throws {
        let path = try scratch.write("candidate", bytes)
        let file = try RootedDirectory(at: path.removingLastComponent()).openFile("candidate")
        #expect(ArchiveExtractor.isArchive(file) == expected)
    }
}
