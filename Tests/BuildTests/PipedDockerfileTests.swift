import Linux
import SystemPackage
import Testing

/// `-f` names a pipe: what comes out of it is there once, for whoever reads it first.
@Suite struct PipedDockerfileTests {
    private func run(_ script: String) async throws -> (status: Int32, error: String) {
        let folder = try Folder.make("lesson-piped")
        defer { Folder.remove(folder) }
        try RootedDirectory(at: folder).writeFile("file", Array("text\n".utf8))
        let command = ChildProcess.Command(
            "bash", ["-c", script],
            environment: ChildProcess.Command.hostEnvironment + [
                "LESSON=\(Program.executable)", "LESSON_HOME=\(folder)/home", "NO_COLOR=1",
                "BUILD=docker build --network none --progress plain",
            ], workingDirectory: folder)
        let done = try await ChildProcess.run(command, deadline: .seconds(120))
        let status: Int32 = if case .exited(let code) = done.ending { code } else { -1 }
        return (status, String(decoding: done.standardError, as: UTF8.self))
    }

    /// The store is there, so that the program looks whether all is in it already, before it starts the engine.
    private static let prepare = #""$LESSON" docker images >/dev/null; "#

    @Test func aProcessMayWriteIt() async throws {
        let (status, error) = try await run(
            Self.prepare + #""$LESSON" $BUILD -t piped -f <(printf 'FROM scratch\nCOPY file /\n') ."#)
        #expect(status == 0, "\(error)")
        #expect(error.contains("COPY file /"))
        #expect(error.contains("/library/piped:latest"))
    }

    @Test(arguments: [("$BUILD", 1), ("docker build --check", 1)])
    func itIsCalledWhatItWasCalled(_ build: String, _ expected: Int32) async throws {
        let (status, error) = try await run(
            Self.prepare + #"exec 9< <(printf 'FROM scratch\nCOPYY file /\n'); "$LESSON" \#(build) -f /dev/fd/9 . >&2"#)
        #expect(status == expected, "\(error)")
        #expect(error.contains("/dev/fd/9:2"), "\(error)")
    }

    /// Somebody writes to a FIFO later, more than fits in it, and somebody reads all of it.
    @Test(arguments: ["$BUILD", "docker build --check"]) func itMayComeLater(_ build: String) async throws {
        let (status, error) = try await run(
            Self.prepare + #"""
                mkfifo fifo; "$LESSON" \#(build) -f fifo . & program=$!
                { printf 'FROM scratch\n'; yes '# more than a pipe holds' | head -n 9999; printf 'COPY file /\n'; } > fifo
                written=$?; wait $program && exit $written
                """#)
        #expect(status == 0, "\(error)")
        #expect(!error.contains("Broken pipe"))
        #expect(build != "$BUILD" || error.contains("COPY file /"), "\(error)")
    }
}
