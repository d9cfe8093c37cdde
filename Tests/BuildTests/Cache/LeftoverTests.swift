import Glibc
import Linux
import SystemPackage
import TestBench
import Testing

/// A step that fails, is killed, or whose build is killed leaves nothing, and the next build is right.
@Suite struct LeftoverTests {
    /// How a step ends that does not end well: what it does, what happens to the program once the step says "begun", and
    /// what the program's status is then.
    private static let endings: [(name: String, step: String, signal: String?, status: [Int32])] = [
        ("fails", "exit 3", nil, [1]),
        ("is killed", "sleep $MARK & kill -KILL $!; wait $!", nil, [1]),
        ("leaves a daemon", "(setsid sleep $MARK &) >/dev/null 2>&1; exit 4", nil, [1]),
        ("is interrupted", "setsid sleep $MARK & sleep $MARK", "INT", [130, 1]),
        ("is terminated", "setsid sleep $MARK & sleep $MARK", "TERM", [143, 1]),
        ("loses its program", "setsid sleep $MARK & sleep $MARK", "KILL", [137]),
    ]

    @Test func whatDoesNotEndWellLeavesNothing() async throws {
        let folder = try Folder.make("lesson-leftovers")
        defer { Folder.remove(folder) }
        try await Shell.run(
            """
            mkdir -p context/root/bin home; cp /bin/busybox context/root/bin/busybox
            for name in sh sleep setsid kill echo; do ln -s busybox context/root/bin/$name; done
            """, in: folder)
        for (index, ending) in Self.endings.enumerated() {
            // Nobody else sleeps that long.
            let mark = "\(600_000 + Int(getpid()) % 100_000)\(index)"
            func dockerfile(_ command: String) -> String {
                """
                FROM scratch
                COPY root /
                RUN echo made > /made
                RUN echo begun; if true; then \(command.replacing("$MARK", with: mark)); fi
                """
            }
            let context = try RootedDirectory(at: folder.appending("context"))
            try context.writeFile("Dockerfile", Array(dockerfile(ending.step).utf8))
            let ended = try await Shell.run(
                """
                mkfifo progress
                env --default-signal=INT "$LESSON" docker build --network none --progress plain . 2>progress & program=$!
                exec 3<progress; rm progress
                while read -r line <&3; do case "$line" in *" begun") break;; esac; done
                \(ending.signal.map { "kill -\($0) $program" } ?? "")
                cat <&3 >/dev/null & reader=$!
                status=0; wait $program || status=$?
                kill $reader 2>/dev/null || :
                echo $status
                """, in: folder.appending("context"),
                environment: ["LESSON=\(Program.executable)", "LESSON_HOME=\(folder)/home", "NO_COLOR=1"])
            let status = Int32(ended.split(separator: "\n").last ?? "") ?? -1
            #expect(ending.status.contains(status), "\(ending.name): status \(status)")
            #expect(await reached { Self.processes(mark).isEmpty }, "\(ending.name): a process of the step lives on")
            // The next build that has something to do is right, and clears away what a killed program could not.
            try context.writeFile("Dockerfile", Array(dockerfile("true $MARK").utf8))
            let again = try await Program.run(
                ["docker", "build", "--network", "none", "--progress", "plain", "."],
                home: folder.appending("home"), in: folder.appending("context"))
            #expect(again.status == 0, "\(ending.name): \(again.standardError)")
            #expect(StepStates(again.standardError)["RUN echo made"] == .cached, "\(ending.name)")
            // In the background, so that it may be yet another that comes to the end of it.
            for _ in 0..<50 where !left(in: folder.appending("home/store")).isEmpty {
                _ = try await Program.run(["docker", "info"], home: folder.appending("home"), in: folder)
            }
            #expect(left(in: folder.appending("home/store")) == [], "\(ending.name)")
            #expect(await reached { Self.holders(of: folder.appending("home")).isEmpty }, "\(ending.name)")
        }
    }

    /// What is neither a layer nor a record.
    private func left(in store: FilePath) -> [String] {
        ["pending", "sessions", "locks"].flatMap { name in
            ((try? RootedDirectory(at: store.appending(name)).entries()) ?? []).map { "\(name)/\($0.name)" }
        }
    }

    /// Processes that have this argument.
    private static func processes(_ mark: String) -> [Int32] {
        everyProcess { pid, proc in
            let bytes = (try? proc.readFile(FilePath("\(pid)/cmdline"), limit: 1 << 16)) ?? []
            return bytes.split(separator: 0).contains { $0.elementsEqual(mark.utf8) }
        }
    }

    /// Processes that work with this store, or in whose view something of it is mounted.
    private static func holders(of home: FilePath) -> [Int32] {
        let mark = Array("\(home)".utf8)
        return everyProcess { pid, proc in
            ["environ", "mountinfo"].contains { name in
                let bytes = (try? proc.readFile(FilePath("\(pid)/\(name)"), limit: 1 << 20)) ?? []
                return bytes.firstRange(of: mark) != nil
            }
        }
    }

    private static func everyProcess(where isWanted: (Int32, RootedDirectory) -> Bool) -> [Int32] {
        guard let proc = try? RootedDirectory(at: "/proc"), let entries = try? proc.entries() else { return [-1] }
        return entries.compactMap { Int32($0.name.string) }.filter { $0 != getpid() && isWanted($0, proc) }
    }
}
