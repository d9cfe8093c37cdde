import Build
import Glibc
import Images
import Linux
import OCI
import SystemPackage
import Testing

@testable import LessonCommands

/// Several builds of one process that need the same image, which one pull gets for all.
@Suite struct SharedImagesTests {
    /// A store whose registry answers only when the test lets it.
    private final class Room {
        let folder: FilePath
        let store: Store
        let images: LessonImages
        let name = "registry.invalid/slow:1"
        let key: String

        init() throws {
            var template = Array("/tmp/lesson-shared.XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
            folder = FilePath(platformString: template)
            for name in ["started", "answer"] {
                guard mkfifo(folder.appending(name).string, 0o600) == 0 else { throw Errno(rawValue: errno) }
            }
            let script = """
                #!/bin/sh
                echo $$ > '\(folder)/started'
                read answer < '\(folder)/answer'
                echo "$answer" >&2
                exit 1
                """
            try RootedDirectory(at: folder).writeFile("skopeo", Array(script.utf8))
            guard chmod(folder.appending("skopeo").string, 0o755) == 0 else { throw Errno(rawValue: errno) }
            store = try Store(at: folder.appending("store"), ids: .single)
            let skopeo = Skopeo(
                store: store, executable: folder.appending("skopeo").string, environment: ["PATH=/usr/bin:/bin"])
            images = LessonImages(store: store, registries: skopeo, declarations: { [] }, announce: { _ in })
            key = LessonImages.key(try Reference(parsing: name), .host, false)
        }

        deinit {
            store.close()
            try? RootedDirectory(at: "/tmp").remove(FilePath(root: nil, folder.components.suffix(1)))
        }

        /// Somebody who needs the image: the code of the error that came of it.
        func ask() -> Task<ImageError.Code?, Never> {
            let (images, name) = (images, name)
            return Task {
                do throws(ImageError) {
                    _ = try await images.image(name)
                    return nil
                } catch {
                    return error.code
                }
            }
        }

        /// Returns when so many wait for the image.
        func waiting(_ count: Int) async throws {
            let end = Clock.now + 600_000_000_000
            while images.underWay.waiters(for: key) != count {
                try #require(Clock.now < end, "\(images.underWay.waiters(for: key)) wait, not \(count)")
                await Task.yield()
            }
        }

        /// The process that pulls, once it has begun to.
        func pulling() async throws -> Int32 {
            let told = try await ChildProcess.run(
                .init("cat", [folder.appending("started").string]), deadline: .seconds(600))
            return try #require(Int32(String(decoding: told.standardOutput.dropLast(), as: UTF8.self)))
        }

        /// Lets the registry answer that there is no such image.
        func answer() async throws {
            let words = ["-c", "echo manifest unknown > '\(folder)/answer'"]
            #expect(try await ChildProcess.run(.init("sh", words), deadline: .seconds(600)).ending.isSuccess)
        }
    }

    @Test func whoIsStoppedLeavesThePullToTheOthers() async throws {
        let room = try Room()
        let first = room.ask()
        let process = try await room.pulling()
        let second = room.ask()
        try await room.waiting(2)
        first.cancel()
        // At once, while the others wait on.
        #expect(await first.value == .cancelled)
        #expect(kill(process, 0) == 0)
        let third = room.ask()
        try await room.waiting(2)
        third.cancel()
        #expect(await third.value == .cancelled)
        try await room.answer()
        // What the registry said, not that somebody else was stopped.
        #expect(await second.value == .noSuchImage)
    }

    @Test func thePullEndsWithTheLastWhoWaits() async throws {
        let room = try Room()
        let (first, second) = (room.ask(), room.ask())
        let process = try await room.pulling()
        try await room.waiting(2)
        first.cancel()
        #expect(await first.value == .cancelled)
        #expect(kill(process, 0) == 0)
        second.cancel()
        #expect(await second.value == .cancelled)
        // It was waited for: there is no such process any more, and no file of it.
        #expect(kill(process, 0) == -1)
        #expect(errno == ESRCH)
        let pending = try RootedDirectory(at: room.store.location.appending("pending"))
        for entry in try pending.entries() where entry.kind == .directory {
            let left = try pending.entries(FilePath(root: nil, [entry.name]))
            #expect(left.isEmpty)
        }
        // Whoever comes after begins anew.
        let late = room.ask()
        #expect(try await room.pulling() != process)
        try await room.answer()
        #expect(await late.value == .noSuchImage)
    }
}
