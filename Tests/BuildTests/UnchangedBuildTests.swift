import Linux
import SystemPackage
import Testing

/// A build of which nothing has changed is answered without a sandbox: here with a runtime that is not there, so that
/// whatever would run a step, or get ready to, fails.
@Suite struct UnchangedBuildTests {
    private static let withoutRuntime = ["LESSON_RUNTIME=/nowhere/runtime"]

    private static let dockerfile = """
        FROM busybox AS maker
        WORKDIR /src
        COPY a.txt b.txt ./
        RUN cat a.txt b.txt > both.txt
        RUN --mount=type=bind,target=/context cp /context/a.txt third.txt
        FROM busybox
        COPY --from=maker /src/both.txt /both.txt
        LABEL made=here
        """

    private func build(
        _ folder: FilePath, _ arguments: [String] = [], withRuntime: Bool
    ) async throws -> Program.Output {
        try await Program.shared.docker(
            ["build", "--network", "none", "-t", "unchanged"] + arguments + ["."], in: folder,
            environment: withRuntime ? [] : Self.withoutRuntime)
    }

    private func made() async throws -> (FilePath, RootedDirectory) {
        let folder = try Folder.make("lesson-unchanged")
        let root = try RootedDirectory(at: folder)
        try root.writeFile("Dockerfile", Array(Self.dockerfile.utf8))
        try root.writeFile("a.txt", Array("one\n".utf8))
        try root.writeFile("b.txt", Array("two \(folder)\n".utf8))
        let first = try await build(folder, withRuntime: true)
        try #require(first.status == 0, "\(first.standardError)")
        #expect(first.standardError.contains("built in"))
        return (folder, root)
    }

    @Test func itNeedsNoSandbox() async throws {
        let (folder, _) = try await made()
        defer { Folder.remove(folder) }
        // A layer that belongs to a range of ids has to be looked at with these mapped.
        let again = try await build(folder, withRuntime: Expectations.isForRange)
        #expect(again.status == 0, "\(again.standardError)")
        #expect(again.standardError.contains(", 5 of 5 steps from the cache"))
        #expect(again.standardError.contains("[maker 4/5] RUN cat a.txt b.txt > both.txt"))
        #expect(again.standardError.contains("naming to docker.io/library/unchanged:latest"))
    }

    /// The store is opened before it is known what is wanted of it.
    @Test(arguments: [["--no-such-flag", "."], ["no-such-folder"], ["--help"], ["--check", "."], ["-t", "x", "."]])
    func nothingIsLeftOfWhatWasOpenedTooSoon(_ arguments: [String]) async throws {
        let folder = try Folder.make("lesson-too-soon")
        defer { Folder.remove(folder) }
        let home = folder.appending("home")
        try #require(await Program.run(["docker", "images"], home: home, in: folder).status == 0)
        _ = try await Program.run(["docker", "build"] + arguments, home: home, in: folder)
        let root = try RootedDirectory(at: folder)
        #expect(try root.entries("home/store/sessions").isEmpty)
    }

    /// An id needs the digests of all layers: the engine finds them out once.
    @Test func anIdThatIsKnownNeedsNoSandboxEither() async throws {
        let (folder, _) = try await made()
        defer { Folder.remove(folder) }
        let first = try await build(folder, ["-q"], withRuntime: true)
        try #require(first.status == 0, "\(first.standardError)")
        #expect(first.standardOutput.hasPrefix("sha256:"))
        let again = try await build(folder, ["-q"], withRuntime: Expectations.isForRange)
        #expect(again.status == 0 && again.standardError.isEmpty, "\(again.standardError)")
        #expect(again.standardOutput == first.standardOutput)
    }

    /// The kernel makes all whiteouts of a step links to one file, which is also in the overlay's work directory.
    @Test(arguments: [
        "RUN rm /bin/vi", "RUN rm /bin/vi /bin/tr && rm -r /root && mkdir /root", "RUN mv /bin/vi /bin/ed",
    ])
    func aStepThatTakesFilesAwayStays(_ step: String) async throws {
        let (folder, root) = try await made()
        defer { Folder.remove(folder) }
        try root.writeFile("Dockerfile", Array("FROM busybox\n\(step) && echo \(folder)\n".utf8))
        let first = try await build(folder, withRuntime: true)
        try #require(first.status == 0, "\(first.standardError)")
        let again = try await build(folder, withRuntime: Expectations.isForRange)
        #expect(again.status == 0, "\(again.standardError)")
        #expect(again.standardError.contains(", 1 of 1 steps from the cache"), "\(again.standardError)")
        #expect(!again.standardError.contains("note:"), "\(again.standardError)")
    }

    /// Times are not content, and neither is what another build called the image.
    @Test func timesAndNamesChangeNothing() async throws {
        let (folder, root) = try await made()
        defer { Folder.remove(folder) }
        try root.setTimes("a.txt", seconds: 1, nanoseconds: 2)
        let named = "unchanged-too:\(folder.lastComponent?.string.lowercased() ?? "")"
        let again = try await build(folder, ["-t", named], withRuntime: Expectations.isForRange)
        #expect(again.status == 0, "\(again.standardError)")
        let listed = try await Program.shared.docker(["images", "-q", named], in: folder)
        #expect(!listed.standardOutput.isEmpty)
    }

    /// Whatever has changed is found: also where size and times are as they were.
    @Test(arguments: [
        ("printf 'ten\\n' > new && touch -r a.txt new && cat new > a.txt && touch -r new a.txt", [] as [String]),
        ("chmod 600 b.txt", []), ("mv b.txt c.txt && ln -s c.txt b.txt && printf 'x' >> c.txt", []),
        ("printf '\\nRUN true\\n' >> Dockerfile", []), ("true", ["--no-cache"]),
        ("true", ["--add-host", "there:127.0.0.9"]),
    ])
    func whatChangedIsFound(_ change: String, _ arguments: [String]) async throws {
        let (folder, _) = try await made()
        defer { Folder.remove(folder) }
        let changed = try await ChildProcess.run(
            ChildProcess.Command(
                "sh", ["-c", "set -e; \(change)"], environment: ChildProcess.Command.hostEnvironment,
                workingDirectory: folder))
        try #require(changed.ending == .exited(0))
        let without = try await build(folder, arguments, withRuntime: false)
        #expect(without.status != 0, "\(without.standardError)")
        #expect(without.standardError.contains("/nowhere/runtime"))
        let with = try await build(folder, arguments, withRuntime: true)
        #expect(with.status == 0, "\(with.standardError)")
    }

    /// The message of a build that fails is that of the engine, said once.
    @Test func aMistakeIsSaidOnce() async throws {
        let (folder, root) = try await made()
        defer { Folder.remove(folder) }
        try root.writeFile("Dockerfile", Array("FROM busybox\nCOPY missing.txt /\n".utf8))
        let failed = try await build(folder, withRuntime: true)
        #expect(failed.status == 1)
        #expect(failed.standardError.split(separator: "\n").count { $0.hasPrefix("Dockerfile:2: error: ") } == 1)
        #expect(failed.standardError.split(separator: "\n").count { $0.contains("load build definition") } == 1)
    }
}
