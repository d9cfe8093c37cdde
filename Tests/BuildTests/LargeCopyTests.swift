import Glibc
import Linux
import SystemPackage
import Testing

/// A large copy is written while it is hashed: the layer is the same as any other's, and what was written in vain is gone.
@Suite struct LargeCopyTests {
    private static let dockerfile = """
        FROM scratch
        COPY small /place/small
        COPY big folder /place/
        COPY big /
        """

    private let folder: FilePath
    private let context: RootedDirectory

    init() throws {
        folder = try Folder.make("lesson-large-copy")
        try RootedDirectory(at: folder).makeDirectories("context/folder")
        context = try RootedDirectory(at: folder.appending("context"))
        try context.writeFile("Dockerfile", Array(Self.dockerfile.utf8))
        try context.writeFile("small", Array("small\n".utf8))
        try context.writeFile("folder/inner", Array("inner\n".utf8))
        try writeBig(first: 1)
    }

    /// 20 MB, of which the first byte can be told apart, with the same size and time each time.
    private func writeBig(first: UInt8) throws {
        var bytes = [UInt8](repeating: 7, count: 20 << 20)
        bytes[0] = first
        try context.writeFile("big", bytes)
        try context.setTimes("big", seconds: 1_600_000_000, nanoseconds: 0)
    }

    private func build(_ arguments: [String] = []) async throws -> Program.Output {
        try await Program.run(
            ["docker", "build", "--progress", "plain", "-t", "image", "--build-arg", "SOURCE_DATE_EPOCH=1700000000"]
                + ["--network", "none"] + arguments + ["."], home: folder.appending("home"),
            in: folder.appending("context"))
    }

    private func id() async throws -> String {
        let output = try await Program.run(
            ["docker", "images", "-q", "--no-trunc", "image"], home: folder.appending("home"), in: folder)
        return output.standardOutput
    }

    private func leftovers() throws -> [String] {
        try RootedDirectory(at: folder.appending("home/store/pending")).entries().map(\.name.string)
    }

    @Test func itsLayerIsTheSameAndFoundAgain() async throws {
        defer { Folder.remove(folder) }
        let first = try await build()
        try #require(first.status == 0, "\(first.standardError)")
        #expect(first.standardError.contains(", 0 of 3 steps from the cache"))
        let made = try await id()
        #expect(!made.isEmpty)
        // Layers that are linked are written when their files are hashed.
        try context.writeFile("Dockerfile", Array(Self.dockerfile.replacing("COPY", with: "COPY --link").utf8))
        let linked = try await build(["--no-cache"])
        try #require(linked.status == 0, "\(linked.standardError)")
        #expect(try await id() == made)
        try context.writeFile("Dockerfile", Array(Self.dockerfile.utf8))
        // As it was; then with another time, so that only its digest tells that it is known.
        for seconds: Int64 in [1_600_000_000, 1_650_000_000] {
            try context.setTimes("big", seconds: seconds, nanoseconds: 0)
            let again = try await build()
            #expect(again.standardError.contains(", 3 of 3 steps from the cache"), "\(again.standardError)")
            #expect(try await id() == made)
            #expect(try leftovers().isEmpty)
        }
        let anew = try await build(["--no-cache"])
        #expect(anew.standardError.contains(", 0 of 3 steps from the cache"), "\(anew.standardError)")
        #expect(try leftovers().isEmpty)
    }

    @Test func otherBytesOfTheSameLooksAreFound() async throws {
        defer { Folder.remove(folder) }
        let first = try await build()
        try #require(first.status == 0, "\(first.standardError)")
        let made = try await id()
        try writeBig(first: 2)
        let changed = try await build()
        #expect(changed.standardError.contains(", 1 of 3 steps from the cache"), "\(changed.standardError)")
        #expect(try await id() != made)
        try writeBig(first: 1)
        let back = try await build()
        #expect(back.standardError.contains(", 3 of 3 steps from the cache"), "\(back.standardError)")
        #expect(try await id() == made)
    }

    @Test func oneThatFailsSaysWhyOnceAndLeavesNothing() async throws {
        defer { Folder.remove(folder) }
        try context.writeFile("Dockerfile", Array("FROM scratch\nCOPY small /place\nCOPY big /place/\n".utf8))
        let failed = try await build()
        #expect(failed.status == 1)
        let message = "cannot copy a directory to /place, which is no directory"
        #expect(failed.standardError.contains(message), "\(failed.standardError)")
        #expect(try leftovers().isEmpty)
    }
}
