import SystemPackage
import Testing

@testable import Build

@Suite struct CacheTests {
    /// The key of a `COPY` is about content, so the layer may come from a build that had the file elsewhere.
    @Test func aLayerOfTheCacheIsSaidToComeFromWhereThisBuildTookIt() {
        var plan = CopyPlan()
        plan.items = ["/src/hello", "/etc"].map { path in
            .match(CopyMatch(name: FilePath(path), path: FilePath(path), entries: []))
        }
        var sources = [("/hello", "/hello", false), ("/other", "/etc", true), ("EOF", "/note", false)].map {
            CopySource(from: .context, path: $0.0, destination: $0.1, isDirectory: $0.2)
        }
        plan.name(&sources)
        #expect(sources.map(\.path) == ["/src/hello", "/etc", "EOF"])
        #expect(sources.map(\.destination) == ["/hello", "/etc", "/note"])
        #expect(sources.map(\.isDirectory) == [false, true, false])
    }

    @Test(arguments: [
        (
            "W: Failed to fetch http://mirror.debian.org/debian/x  Temporary failure resolving 'mirror.debian.org'",
            false,
            true
        ),
        ("  Could not connect to mirror.ubuntu.com:80 (192.0.2.1), connection timed out", false, true),
        ("fetching https://mirror.alpinelinux.org/alpine/x.tar.gz: temporary error (try again later)", false, true),
        // Nothing was missed.
        ("Err:1 Temporary failure resolving 'mirror.debian.org'\nGet:1 http://mirror.debian.org/debian", true, false),
        (
            "  Temporary failure resolving 'mirror.debian.org'\nW: Some index files failed to download. They have been ignored",
            true, true
        ),
        // Slips of the pen are the author's.
        ("  Temporary failure resolving 'mirror.debian.rog'", false, false),
        ("E: Unable to locate package build-esential", false, false),
        ("see mirror.debian.org\nError: Could not resolve the symbol", false, false), ("", false, false),
    ])
    func aDeadNetworkIsToldFromAWrongStep(_ output: String, _ succeeded: Bool, _ isDead: Bool) {
        #expect((NetworkTrouble.unreachable(in: Array(output.utf8), succeeded: succeeded) != nil) == isDead)
    }
}
