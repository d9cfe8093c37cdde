import Foundation
import Linux
import OCI
import SystemPackage
import Testing

@testable import Images

@Suite("Base images")
struct BaseImageTests {
    let scratch: Scratch
    let store: Store

    init() throws {
        scratch = try Scratch()
        store = try scratch.store()
    }

    @Test func `busybox is the same each time, and a root directory`() async throws {
        let recipe = BaseImageRecipe(
            names: [try Reference(parsing: "alpine")], method: .busybox, standsInFor: "busybox in place of alpine")
        let image = try await BaseImages(store: store).make(recipe)
        let paths = try store.listing(of: image.layers[0]).entries.map(\.path.string)
        for path in ["bin/busybox", "bin/sh", "etc/passwd", "tmp"] { #expect(paths.contains(path)) }
        #expect(image.configuration.config.labels["lesson.stand-in"] == "busybox in place of alpine")
        #expect(try store.image(named: Reference(parsing: "alpine"))?.image == image)
        let other = try Store(at: scratch.file("other"), ids: scratch.ids)
        let again = try await BaseImages(store: other).make(recipe)
        #expect(try await other.imageID(of: again) == store.imageID(of: image))
        // Another name for the same content shares its layer.
        let second = BaseImageRecipe(names: [try Reference(parsing: "busybox")], method: .busybox)
        #expect(try await BaseImages(store: store).make(second).layers == image.layers)
    }

    @Test func `names are looked for here, then in the lesson, and the learner is told which it was`() async throws {
        let recipe = BaseImageRecipe(
            names: [try Reference(parsing: "alpine:3")], method: .busybox, standsInFor: "busybox in place of alpine")
        let resolver = ImageResolver(store: store, recipes: [recipe], pulling: .never)
        let made = try await resolver.resolve(Reference(parsing: "alpine:3"))
        #expect(made.source == .lesson)
        #expect(made.message == "alpine:3 was made on this machine as the lesson says: busybox in place of alpine")
        let found = try await resolver.resolve(Reference(parsing: "alpine:3"))
        #expect(found.source == .local)
        #expect(found.message == "alpine:3 is in the store (busybox in place of alpine)")
        let id = try await store.imageID(of: made.image)
        #expect(try await resolver.resolve(Reference(parsing: String(id.hex.prefix(16)))).image == made.image)
    }

    @Test func `what is nowhere is told so, with the nearest name`() async throws {
        let recipe = BaseImageRecipe(names: [try Reference(parsing: "debian:bookworm")], method: .busybox)
        let resolver = ImageResolver(store: store, recipes: [recipe], pulling: .never)
        await #expect { try await resolver.resolve(Reference(parsing: "debain:bookworm")) } throws: { error in
            let error = error as? ImageError
            return error?.code == .notAvailable && error?.hint == "did you mean debian:bookworm?"
        }
    }

    @Test func `a registry that does not answer gives way to the lesson's recipe`() async throws {
        // Nobody listens on port 1.
        let recipe = BaseImageRecipe(
            names: [try Reference(parsing: "tiny")], method: .busybox,
            registry: try Reference(parsing: "localhost:1/tiny:1"))
        let resolver = ImageResolver(store: store, recipes: [recipe], pulling: .missing)
        #expect(try await resolver.resolve(Reference(parsing: "tiny")).source == .lesson)
        await #expect { try await resolver.resolve(Reference(parsing: "localhost:1/other")) } throws: { error in
            let error = error as? ImageError
            return error?.code == .notAvailable && error?.message.contains("does not answer") == true
        }
    }

    @Test(
        "what skopeo says has a meaning",
        arguments: [
            (#"time="x" level=fatal msg="... dial tcp: lookup r.example: no such host""#, ImageError.Code.unreachable),
            (#"level=fatal msg="reading manifest 9 in r.example/a: manifest unknown""#, .noSuchImage),
            (#"level=fatal msg="requested access to the resource is denied""#, .unauthorized),
            (#"level=fatal msg="write /x: no space left on device""#, .diskFull),
            (#"level=fatal msg="something new""#, .toolFailed),
        ])
    func words(text: String, code: ImageError.Code) throws {
        #expect(Skopeo.failure(text, try Reference(parsing: "r.example/a")).code == code)
    }

    @Test func `apt's sources are read in both styles`() throws {
        let folder = scratch.file("apt")
        try FileManager.default.createDirectory(
            atPath: folder.string + "/sources.list.d", withIntermediateDirectories: true)
        _ = try scratch.write(
            "apt/sources.list",
            Array(
                "# deb http://no.example/ x main\ndeb [arch=amd64 trusted=yes] http://a.example/d bookworm main contrib # c\n"
                    .utf8))
        _ = try scratch.write(
            "apt/sources.list.d/b.sources",
            Array(
                """
                Types: deb deb-src
                # comment
                URIs: http://b.example/d
                Suites: bookworm-updates bookworm-security
                  other
                Components: main
                Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

                Types: deb
                Enabled: no
                URIs: http://off.example/
                Suites: bookworm
                Components: main

                """.utf8))
        _ = try scratch.write("apt/sources.list.d/c.list.disabled", Array("deb http://c.example bookworm main\n".utf8))
        let lines = AptSources(folder: folder).serving(suite: "bookworm", components: ["main"]).map(\.line)
        #expect(
            lines == [
                "deb [trusted=yes] http://a.example/d bookworm main",
                "deb http://b.example/d bookworm-updates main",
                "deb http://b.example/d bookworm-security main",
            ])
    }

    @Test("names that are no names never reach mmdebstrap", arguments: ["--setup-hook=x", "a b", "", "x;y", "$(x)"])
    func names(word: String) async throws {
        let recipe = BaseImageRecipe(
            names: [try Reference(parsing: "x")], method: .debian(BaseImageRecipe.Debian(packages: [word])))
        await #expect { try await BaseImages(store: store).make(recipe) } throws: {
            ($0 as? ImageError)?.code == .unsupported
        }
    }

    @Test func `an archive of a root directory becomes a base`() async throws {
        let path = try scratch.write("root.tar", TestArchive.of([TestArchive.file("bin/sh", "x")]))
        let recipe = BaseImageRecipe(names: [try Reference(parsing: "mine")], method: .archive(path))
        let image = try await BaseImages(store: store).make(recipe)
        #expect(try store.image(named: Reference(parsing: "mine"))?.image == image)
    }
}
