import Foundation
import Linux
import OCI
import SystemPackage
import Testing

@testable import Images

/// Debian's docker-registry on a port of loopback, for one test.
private struct LocalRegistry {
    let address: String
    private let process: ChildProcess.Running

    init(in scratch: Scratch) async throws {
        let port = Int.random(in: 20_000...60_000)
        address = "127.0.0.1:\(port)"
        let configuration = """
            version: 0.1
            log: {level: error}
            storage: {filesystem: {rootdirectory: \(scratch.file("registry"))}}
            http: {addr: \(address)}
            """
        let path = try scratch.write("registry.yml", Array(configuration.utf8))
        process = try ChildProcess.spawn(
            ChildProcess.Command(
                "docker-registry", ["serve", path.string], environment: ChildProcess.Command.hostEnvironment))
        for _ in 0..<500 {
            let answers = try await scratch.run("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/\(port)")
            if answers.succeeded { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("the registry did not start")
    }

    func stop() {
        process.kill()
        _ = process.wait()
    }
}

@Suite("A registry")
struct RegistryTests {
    @Test func `what is pushed is pulled elsewhere with the same id, by tag and by digest`() async throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        let registry = try await LocalRegistry(in: scratch)
        defer { registry.stop() }
        let recipe = BaseImageRecipe(names: [try Reference(parsing: "tiny")], method: .busybox)
        let image = try await BaseImages(store: store).make(recipe)
        let id = try await store.imageID(of: image)
        let name = try Reference(parsing: "\(registry.address)/room/tiny:1")
        let pushed = try await Skopeo(store: store, insecure: true).push(image, to: name)
        let digest = pushed.digest
        #expect(pushed.size > 0)

        let other = try Store(at: scratch.file("other"), ids: scratch.ids)
        let skopeo = Skopeo(store: other, insecure: true)
        let pulled = try await skopeo.pull(name)
        #expect(try await other.imageID(of: pulled.image) == id)
        #expect(pulled.image.repositoryDigests == ["\(name.canonicalName)@\(digest)"])
        #expect(try other.image(named: name)?.image.layers == pulled.image.layers)

        var pinned = name
        (pinned.tag, pinned.digest) = (nil, digest)
        let third = try Store(at: scratch.file("third"), ids: scratch.ids)
        let resolver = ImageResolver(store: third, registries: Skopeo(store: third, insecure: true))
        let resolution = try await resolver.resolve(pinned)
        #expect(resolution.source == .registry)
        #expect(try await third.imageID(of: resolution.image) == id)
        #expect(try await resolver.resolve(pinned).source == .local)

        // As somebody who only looks at it asks for it: without a name here.
        let fourth = try Store(at: scratch.file("fourth"), ids: scratch.ids)
        let seen = try await Skopeo(store: fourth).copy(
            from: "docker://\(name.canonical)", as: nil, naming: false)
        #expect(try await fourth.imageID(of: try #require(seen.first).image) == id)
        #expect(try fourth.image(named: name) == nil)
        await #expect {
            try await Skopeo(store: fourth).copy(from: "docker://\(registry.address)/nothing", as: nil, naming: false)
        } throws: {
            ($0 as? ImageError)?.code == .noSuchImage
        }
        await #expect { try await skopeo.copy(from: "docker://BAD NAME", as: nil) } throws: {
            ($0 as? ImageError)?.code == .notAvailable
        }

        await #expect { try await skopeo.pull(Reference(parsing: "\(registry.address)/room/tiny:2")) } throws: {
            ($0 as? ImageError)?.code == .noSuchImage
        }
        await #expect { try await skopeo.pull(Reference(parsing: "\(registry.address)/nothing")) } throws: {
            ($0 as? ImageError)?.code == .noSuchImage
        }
    }

    @Test func `a manifest of Docker's keeps its id and digest`() async throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        let registry = try await LocalRegistry(in: scratch)
        defer { registry.stop() }
        let image = try await BaseImages(store: store).make(
            BaseImageRecipe(names: [try Reference(parsing: "tiny")], method: .busybox))
        // As `docker save` writes it, pushed by somebody who translates nothing.
        let archive = scratch.file("docker.tar")
        let descriptor = open(archive.string, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        try #require(descriptor >= 0)
        let name = try Reference(parsing: "\(registry.address)/room/docker:1")
        try await store.save([ImageToSave(image, references: [name])], to: .descriptor(descriptor))
        close(descriptor)
        let digestFile = scratch.file("digest")
        let pushed = try await ChildProcess.run(
            ChildProcess.Command(
                "skopeo",
                [
                    "--insecure-policy", "copy", "--quiet", "--format", "v2s2", "--dest-tls-verify=false",
                    "--digestfile",
                    digestFile.string, "docker-archive:\(archive)", "docker://\(name.canonical)",
                ], environment: ChildProcess.Command.hostEnvironment), outputLimit: 1 << 20)
        try #require(pushed.ending.isSuccess, "\(String(decoding: pushed.standardError, as: UTF8.self))")
        let digest = try String(contentsOfFile: digestFile.string, encoding: .utf8).prefix { $0 != "\n" }

        let other = try Store(at: scratch.file("other"), ids: scratch.ids)
        let pulled = try await Skopeo(store: other).pull(name)
        #expect(pulled.image.repositoryDigests == ["\(name.canonicalName)@\(digest)"])
        #expect(try await other.imageID(of: pulled.image) == store.imageID(of: image))
    }
}

@Suite("What skopeo says of daemons and files")
struct SkopeoFailureTests {
    @Test(arguments: [
        (
            "loading image from docker engine: Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?",
            "docker-daemon:a:b", ImageError.Code.unreachable, "no Docker daemon answers for docker-daemon:a:b"
        ),
        (
            "Error response from daemon: reference does not exist", "docker-daemon:a:b", .noSuchImage,
            "the daemon has no image docker-daemon:a:b"
        ),
        (
            "initializing source oci:nope:: open nope/index.json: no such file or directory", "oci:nope",
            .noSuchImage, "there is no image at oci:nope"
        ),
        ("something else", "dir:x", .toolFailed, "skopeo failed for dir:x: something else"),
    ])
    func isSaidInWordsThatHelp(_ words: String, _ source: String, _ code: ImageError.Code, _ message: String) {
        let error = Skopeo.failure(words, nil, source: source)
        #expect(error.code == code)
        #expect(error.message == message)
        #expect(error.hint != nil || code == .toolFailed)
    }
}
