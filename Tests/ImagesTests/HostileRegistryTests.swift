import Foundation
import Linux
import OCI
import SystemPackage
import TestBench
import Testing

@testable import Images

/// `Fixtures/registry/server.py` on this machine's loopback, until this value goes.
private final class HostileRegistry: Sendable {
    private let server: ScriptServer

    var port: Int { server.port }

    init() throws {
        let resources = try #require(Bundle.module.resourcePath)
        server = try ScriptServer([FilePath(resources).appending("Fixtures/registry/server.py").string])
    }
}

/// Whatever a registry answers: an error that says what it was, and a store that is as it was.
@Suite struct HostileRegistryTests {
    struct Answer: CustomTestStringConvertible, Sendable {
        var repository: String
        var code: ImageError.Code
        var words: String
        var testDescription: String { repository }
    }

    static let answers: [Answer] = [
        Answer(repository: "nothing", code: .noSuchImage, words: "has no image"),
        Answer(repository: "schema1", code: .malformed, words: "schema version 2"),
        Answer(repository: "no-json", code: .toolFailed, words: "skopeo failed for"),
        Answer(repository: "huge-manifest", code: .toolFailed, words: "exceeded maximum allowed size"),
        Answer(repository: "endless-manifest", code: .toolFailed, words: "exceeded maximum allowed size"),
        Answer(repository: "other-platform", code: .noSuchImage, words: "has no image for this platform"),
        Answer(repository: "attestation-only", code: .noSuchImage, words: "has no image for this platform"),
        Answer(repository: "no-manifests", code: .noSuchImage, words: "has no image for this platform"),
        Answer(repository: "wrong-digest", code: .toolFailed, words: "sha256"),
        Answer(repository: "wrong-content", code: .digestMismatch, words: "sha256"),
        Answer(repository: "missing-layer", code: .toolFailed, words: "404"),
        Answer(repository: "no-digest", code: .toolFailed, words: "digest"),
        Answer(repository: "bomb", code: .tooLarge, words: "the archive holds more than 8388608 bytes"),
        Answer(repository: "endless-layer", code: .tooLarge, words: "is more than 8 MiB packed"),
        Answer(repository: "short", code: .toolFailed, words: "unexpected EOF"),
        Answer(repository: "redirect-file", code: .toolFailed, words: "unsupported protocol scheme"),
        Answer(repository: "redirect-elsewhere", code: .toolFailed, words: "sha256"),
        Answer(repository: "redirect-loop", code: .toolFailed, words: "redirects"),
        Answer(repository: "unauthorized", code: .unauthorized, words: "does not let you have"),
        Answer(repository: "too-many", code: .unreachable, words: "has had too many requests"),
        Answer(repository: "broken", code: .toolFailed, words: "500"),
    ]

    @Test(arguments: answers) func `an answer that is wrong is an error and nothing else`(_ answer: Answer) async throws
    {
        let scratch = try Scratch()
        let registry = try HostileRegistry()
        let store = try scratch.store()
        _ = try store.ownPendingFolder()
        let before = try RootedDirectory(at: store.location).usage().files
        let skopeo = Skopeo(
            store: store, limits: ArchiveLimits(bytes: 8 << 20, entries: 1000), environment: Self.environment)
        let name = try Reference(parsing: "127.0.0.1:\(registry.port)/\(answer.repository):1")
        do throws(ImageError) {
            _ = try await skopeo.pull(name)
            Issue.record("it was pulled")
        } catch {
            #expect(error.code == answer.code, "\(error.message)")
            #expect(error.message.contains(answer.words), "\(error.message)")
        }
        #expect(try store.images().isEmpty)
        #expect(try RootedDirectory(at: store.location).usage().files == before)
    }

    /// Whether the errors are not simply those of a registry that never works, and that a proxy is asked.
    @Test func `what is right is pulled, through a proxy too`() async throws {
        let scratch = try Scratch()
        let registry = try HostileRegistry()
        let store = try scratch.store()
        let here = "127.0.0.1:\(registry.port)"
        let direct = try await Skopeo(store: store, environment: Self.environment)
            .pull(Reference(parsing: "\(here)/good:1"))
        let other = try Store(at: scratch.file("other"), ids: scratch.ids)
        let proxies = ["http_proxy", "https_proxy"].map { "\($0)=http://\(here)" }
        let proxied = try await Skopeo(store: other, insecure: true, environment: Self.environment + proxies)
            .pull(Reference(parsing: "registry.test/good:1"))
        #expect(try await other.imageID(of: proxied.image) == store.imageID(of: direct.image))
        let seen = try await scratch.run("curl", "-sf", "--noproxy", "*", "http://\(here)/proxied")
        #expect(seen.text.contains("CONNECT registry.test:443"))
        #expect(seen.text.contains("GET http://registry.test/v2/good/manifests/1"))
        #expect(seen.text.contains("GET http://registry.test/v2/good/blobs/sha256:"))
    }

    /// In the engine of a user, root is not the machine's: what only that may read must not be looked at.
    @Test(arguments: [
        ("         0       1000          1\n         1     100000      65536\n", ["_CONTAINERS_ROOTLESS_UID=1000"]),
        ("         0          0 4294967295\n", []), ("0 0 1\n1 1879048192 65536\n", []), ("", []),
    ])
    func `skopeo is told whose namespace it is in`(_ map: String, _ told: [String]) {
        #expect(Skopeo.identity(map: map) == told)
    }

    /// Whatever proxies this machine has.
    private static let environment = ChildProcess.Command.hostEnvironment.filter {
        !$0.lowercased().contains("_proxy=")
    }
}
