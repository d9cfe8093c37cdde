import Dockerfile
import Images
import Linux
import SystemPackage
import Testing

@testable import Build

@Suite struct CacheMountTests {
    private static func entries(_ mounts: [(id: String, target: String, sharing: Mount.Sharing?)]) -> [RunMounts.Entry]
    {
        mounts.map { (id, target, sharing) in
            var mount = Mount()
            mount.kind = .cache
            (mount.id, mount.target, mount.sharing) = (id, target, sharing)
            return RunMounts.Entry(mount: mount, target: target, source: .none, origin: .inline)
        }
    }

    /// Two steps that took two in opposite orders would wait for each other for ever.
    @Test func twoStepsTakeTheSameCachesInOneOrder() {
        let entries = Self.entries([("a", "/a", .locked), ("b", "/b", .locked), ("c", "/c", .locked)])
        let orders = [entries, entries.reversed(), [entries[1], entries[2], entries[0]]].map {
            CacheMountHolds.wanted(by: $0, scope: "").map(\.key)
        }
        #expect(Set(orders).count == 1 && orders[0].count == 3)
    }

    @Test(
        arguments: [
            ([nil, .shared], .shared), ([nil, .locked], .locked), ([.locked, .shared], .locked),
            ([.private, .locked], .private), ([.locked, .private, nil], .private),
        ] as [([Mount.Sharing?], CacheMountSharing)])
    func ofTwoWaysToShareOneTheNarrowerHolds(_ ways: [Mount.Sharing?], _ sharing: CacheMountSharing) {
        let entries = Self.entries(ways.enumerated().map { ("id", "/\($0.offset)", $0.element) })
        #expect(CacheMountHolds.wanted(by: entries, scope: "").map(\.sharing) == [sharing])
    }

    /// What something else is mounted in is nobody else's meanwhile.
    @Test func aCacheAroundAnotherMountIsLocked() {
        let entries = Self.entries([("a", "/a", nil), ("b", "/a/b", nil)])
        let wanted = CacheMountHolds.wanted(by: entries, scope: "")
        #expect(Set(wanted.map(\.sharing)) == [.locked, .shared])
    }

    /// Mounted twice, it is one cache, and its step does not wait for itself.
    @Test(arguments: ["shared", "locked", "private"])
    func oneStepMountsACacheTwice(_ sharing: String) async throws {
        let folder = try Folder.make("lesson-twice")
        defer { Folder.remove(folder) }
        let id = folder.lastComponent?.string ?? ""
        let mount = "--mount=type=cache,id=\(id),sharing=\(sharing),target="
        try RootedDirectory(at: folder).writeFile(
            "Dockerfile",
            Array("FROM busybox\nRUN \(mount)/one \(mount)/two echo hello > /one/f && cat /two/f > /out\n".utf8))
        let built = try await Program.shared.docker(
            ["build", "--network", "none", "-o", "type=local,dest=out", "."], in: folder)
        #expect(built.status == 0, "\(built.standardError)")
        #expect(try RootedDirectory(at: folder).readFile("out/out", limit: 100) == Array("hello\n".utf8))
    }
}
