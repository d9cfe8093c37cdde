import Foundation
import Glibc
import Linux
import OCI
import SystemPackage

@testable import Images

extension Subjects {
    /// A layer, from its first byte to files in a directory that it must not leave.
    static func layer() throws -> FuzzSubject {
        let room = try Room()
        let parts = TarSeeds()
        return FuzzSubject(
            seeds: parts.archives, words: TarSeeds.words, longest: 16 << 10, repair: TarSeeds.repair,
            body: { bytes in
                defer { room.empty() }
                let root = try room.root()
                do throws(ImageError) {
                    let reader = TarReader(
                        try Decompressor(MemorySource(bytes)), limits: ArchiveLimits(bytes: 1 << 40, entries: 5000))
                    var unpacker = LayerUnpacker(root: root, ids: room.ids)
                    let framing = LayerFraming.Recorder(MemorySink())
                    reader.framing = framing.frame
                    unpacker.framing = framing
                    try unpacker.unpack(reader)
                    try framing.finish()
                } catch {}
                // Whatever got in can be listed, measured and, if it is small, packed.
                do throws(ImageError) {
                    let (listing, _) = try LayerWalk(root: root, ids: room.ids).measured()
                    _ = SnapshotRecord(listing)
                    _ = listing.tarBytes
                    if listing.contentBytes < 4 << 20 {
                        try LayerPacker(root: root, listing: listing).pack(into: MemorySink())
                    }
                } catch {}
                try room.check()
            })
    }

    /// Everything that may be compressed, with how it was, up to a bound.
    static func compression() throws -> FuzzSubject {
        let text = Array(String(repeating: "hello, archive\n", count: 40).utf8) + Array(0...255)
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        var seeds = [CompressedSeeds.bzip2, CompressedSeeds.xz]
        for compression in [Compression.gzip, .zstandard] {
            for content in [text, zeros] {
                let sink = MemorySink()
                let compressor = try Compressor(compression, to: sink)
                try compressor.write(content)
                try compressor.finish()
                seeds.append(sink.bytes)
            }
        }
        for seed in seeds {
            guard try decompressed(seed) > 0 else { throw Finding(description: "a seed holds nothing") }
        }
        return FuzzSubject(seeds: seeds) { bytes in
            do { _ = try decompressed(bytes) } catch is ImageError {}
        }
    }

    private static func decompressed(_ bytes: [UInt8]) throws(ImageError) -> Int {
        let source = try Decompressor(MemorySource(bytes))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        var total = 0
        while total < 32 << 20 {
            let count = try source.read(into: buffer)
            if count == 0 { break }
            total += count
        }
        return total
    }

    /// An archive of images, as far as its documents.
    static func imageArchive() throws -> FuzzSubject {
        let room = try Room()
        let folder = room.path
        let manifest = #"[{"Config":"c.json","RepoTags":["a:b"],"Layers":["l/layer.tar"]}]"#
        let configuration =
            #"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:\#(String(repeating: "a", count: 64))"]}}"#
        let archive = TarSeeds.archive([
            (TarEntry(path: Array("manifest.json".utf8), kind: .file), Array(manifest.utf8)),
            (TarEntry(path: Array("c.json".utf8), kind: .file), Array(configuration.utf8)),
            (TarEntry(path: Array("l/layer.tar".utf8), kind: .file), TarSeeds.archive([])),
            (TarEntry(path: Array("m/layer.tar".utf8), kind: .symlink, linkTarget: Array("../l/layer.tar".utf8)), []),
        ])
        return FuzzSubject(
            seeds: [archive], words: TarSeeds.words + ["Config", "RepoTags", "Layers", "\"", "[", "{"],
            repair: TarSeeds.repair,
            body: { bytes in
                do throws(ImageError) {
                    let files = try ImageFiles(
                        archive: .bytes(bytes), aside: folder, limits: ArchiveLimits(bytes: 8 << 20, entries: 5000))
                    for (path, _) in files.sizes { _ = try? files.document(path) }
                    let document = try files.document("manifest.json")
                    for item in (try? JSON(parsing: document))?.array ?? [] { _ = try? DockerArchiveEntry(json: item) }
                } catch {}
                try room.check()
            })
    }
}

/// A folder with a canary beside the root that is unpacked into.
private final class Room {
    let path: FilePath
    let ids: IdentityMapping
    private let outside: RootedDirectory
    private let before: [String]

    init() throws {
        var template = Array("\(FileManager.default.temporaryDirectory.path)/lesson-fuzz-room-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = FilePath(platformString: template)
        let map = (try? String(contentsOfFile: "/proc/self/uid_map", encoding: .utf8)) ?? ""
        let many = map.split(separator: "\n").contains {
            ($0.split(separator: " ").last.flatMap { Int($0) } ?? 0) > 65536
        }
        ids = getuid() == 0 && many ? IdentityMapping(offset: 1, count: 65536) : .single
        outside = try RootedDirectory(at: path)
        try outside.writeFile("canary", Array("alive".utf8))
        before = try Self.state(outside)
    }

    deinit {
        try? RootedDirectory(at: path.removingLastComponent()).remove(FilePath(root: nil, path.components.suffix(1)))
    }

    func root() throws -> RootedDirectory {
        try outside.makeDirectory("root")
        return try RootedDirectory(at: path.appending("root"))
    }

    func empty() { try? outside.remove("root") }

    private static func state(_ directory: RootedDirectory) throws -> [String] {
        try directory.entries().map(\.name.string).filter { $0 != "root" }.sorted() + ["\(directory.status("canary"))"]
    }

    func check() throws {
        guard try Self.state(outside) == before else { throw Finding(description: "something beside the root changed") }
    }
}
