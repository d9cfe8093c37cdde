import Linux
import SystemPackage
import Testing

/// A shell that lets its programs open few files, as `ulimit -n` sets it.
@Suite struct FewDescriptorsTests {
    /// What cannot be looked at for want of descriptors is neither damaged nor gone, and the message says what lacks.
    @Test func whoMayOpenFewFilesTakesNothingForDamaged() async throws {
        let folder = try Folder.make("lesson-few")
        defer { Folder.remove(folder) }
        try await Shell.run(
            """
            mkdir -p context/root/a/b/c/d/e/f; echo hello > context/root/a/b/c/d/e/f/file
            printf 'FROM scratch AS made\nCOPY root /\nFROM scratch\nCOPY --from=made /a /other\n' > context/Dockerfile
            """, in: folder)
        let (home, context) = (folder.appending("home"), folder.appending("context"))
        let build = ["docker", "build", "--progress", "plain", "."]
        let first = try await Program.run(build, home: home, in: context)
        try #require(first.status == 0, "\(first.standardError)")
        var failed = 0
        for limit in 13...24 {
            // The last step is another one each time, and stands on what is in the store.
            let said = try await Shell.run(
                """
                printf 'FROM scratch AS made\nCOPY root /\nFROM scratch\nCOPY --from=made /a /\(limit)\n' > \(limit)
                status=0; (ulimit -n \(limit); exec "$LESSON" docker build --progress plain -f \(limit) .) 2>&1 || status=$?
                echo "status $status"
                """, in: context,
                environment: ["LESSON=\(Program.executable)", "LESSON_HOME=\(home)", "NO_COLOR=1"])
            #expect(!said.contains("damaged") && !said.contains("missing"), "\(limit): \(said)")
            if said.contains("status 0") { continue }
            failed += 1
            #expect(said.contains("too many open files") && said.contains("ulimit -n"), "\(limit): \(said)")
        }
        // Else the limits were none.
        #expect(failed > 0)
        let again = try await Program.run(build, home: home, in: context)
        #expect(again.status == 0, "\(again.standardError)")
        let states = StepStates(again.standardError)
        #expect(states["COPY root /"] == .cached && states["COPY --from=made"] == .cached, "\(again.standardError)")
    }
}
