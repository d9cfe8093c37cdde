import Linux
import SystemPackage
import Testing

/// The same step runs once, however many want it: counted by what each run leaves in a cache mount.
@Suite struct OnceTests {
    private func made() async throws -> (folder: FilePath, token: String) {
        let folder = try Folder.make("lesson-once")
        return (folder, "\(folder.lastComponent?.string ?? "")")
    }

    /// A step that takes a while, and says that it ran.
    private static func step(_ token: String) -> String {
        """
        RUN --mount=type=cache,id=\(token),target=/c \
        echo ran >> /c/runs; i=0; while [ $i -lt 40000 ]; do i=$((i+1)); done; echo \(token) > /made
        """
    }

    private func runs(_ token: String, in folder: FilePath) async throws -> String? {
        let script = """
            cat > Count <<'EOF'
            FROM busybox
            RUN --mount=type=cache,id=\(token),target=/c echo "$(wc -l < /c/runs) runs"
            EOF
            """
        try await Shell.run(script, in: folder)
        let counted = try await Program.shared.docker(
            ["build", "--network", "none", "--progress", "plain", "--no-cache", "-f", "Count", "."], in: folder)
        try #require(counted.status == 0, "\(counted.standardError)")
        let line = counted.standardError.split(separator: "\n").first { $0.hasSuffix(" runs") && !$0.contains("wc -l") }
        return line?.split(separator: " ").suffix(2).joined(separator: " ")
    }

    private func build(_ folders: [FilePath], atOnce: Int, _ arguments: [String]) async throws -> [Program.Output] {
        try await withThrowingTaskGroup(of: Program.Output.self) { group in
            var waiting = folders[...]
            func next() {
                guard let folder = waiting.popFirst() else { return }
                group.addTask {
                    try await Program.shared.docker(["build", "--network", "none"] + arguments, in: folder)
                }
            }
            for _ in 0..<atOnce { next() }
            var outputs: [Program.Output] = []
            for try await output in group {
                outputs.append(output)
                next()
            }
            return outputs
        }
    }

    /// Six processes that begin at the same time, and get the same image.
    @Test func ofProcessesThatBeginAtOnceOneRunsTheStep() async throws {
        let (folder, token) = try await made()
        defer { Folder.remove(folder) }
        try RootedDirectory(at: folder).writeFile("Dockerfile", Array("FROM busybox\n\(Self.step(token))\n".utf8))
        let outputs = try await build(Array(repeating: folder, count: 6), atOnce: 6, ["-q", "."])
        #expect(outputs.allSatisfy { $0.status == 0 }, "\(outputs.map(\.standardError))")
        #expect(Set(outputs.map(\.standardOutput)).count == 1, "\(outputs.map(\.standardOutput))")
        #expect(try await runs(token, in: folder) == "1 runs")
    }

    /// What twenty submissions have in common runs once; what is each one's own runs for each.
    @Test func ofTwentyFoldersOneRunsTheStepThatTheyShare() async throws {
        let (folder, token) = try await made()
        defer { Folder.remove(folder) }
        let script = """
            for n in $(seq 20); do
                mkdir s$n; echo shared > s$n/shared; echo $n > s$n/own
                touch -d @$n s$n/shared
                cat > s$n/Dockerfile <<'EOF'
            FROM busybox
            COPY shared /
            \(Self.step(token))
            COPY own /
            RUN --mount=type=cache,id=\(token)-own,target=/c cat own >> /c/runs
            EOF
            done
            """
        try await Shell.run(script, in: folder)
        let outputs = try await build((1...20).map { folder.appending("s\($0)") }, atOnce: 4, ["-q", "."])
        #expect(outputs.allSatisfy { $0.status == 0 }, "\(outputs.map(\.standardError))")
        #expect(Set(outputs.map(\.standardOutput)).count == 20)
        #expect(try await runs(token, in: folder) == "1 runs")
        #expect(try await runs("\(token)-own", in: folder) == "20 runs")
    }
}
