import Glibc
import Linux
import SystemPackage
import TestBench
import Testing

@testable import Build

/// A file of the context that somebody writes to while a step uses it: what was hashed is not what the layer has.
@Suite struct SourceChangeTests {
    @Test(
        arguments: [
            (nil, nil), ("echo hullo > src/a", "/src/a"), ("echo more >> src/b", "/src/b"), ("rm src/a", "/src/a"),
            ("touch -d @1 src/b", "/src/b"), ("mv src/a x; mv src/b src/a; mv x src/b", "/src/a"),
            ("rm -r src", "/src/a"), ("rm -r src; ln -s / src", "/src/a"), ("echo other > src/new", nil),
        ] as [(String?, String?)])
    func theFirstThatChangedIsFound(_ change: String?, _ found: String?) async throws {
        let folder = try Folder.make("lesson-change")
        defer { Folder.remove(folder) }
        try await Shell.run("mkdir src; echo hello > src/a; echo hello > src/b", in: folder)
        let root = SourceRoot(
            directory: try RootedDirectory(at: folder), ignore: nil, keepsOwners: false,
            ownership: Ownership(mapping: .single))
        var planner = CopyPlanner(root: root)
        var plan = CopyPlan()
        plan.items = [.match(try planner.match("/src"))]
        if let change { try await Shell.run(change, in: folder) }
        #expect(plan.firstChanged(in: root)?.string == found)
    }

    /// The step waits until its file is another one; the image is made, and nobody finds that step by the old file.
    @Test func aStepWhoseFileChangedIsNotFoundByTheOldOne() async throws {
        let folder = try Folder.make("lesson-change")
        defer { Folder.remove(folder) }
        try await Shell.run(
            """
            mkdir -p context/root/bin home; cp /bin/busybox context/root/bin/busybox; ln -s busybox context/root/bin/sh
            echo before > context/source; touch -d @1 context/source
            cat > context/Dockerfile <<'EOF'
            FROM scratch
            COPY root /
            RUN --mount=type=cache,target=/c --mount=type=bind,source=source,target=/source \
                echo begun; until [ -e /c/go ]; do :; done; while read -r line; do echo "$line" > /made; done < /source
            EOF
            """, in: folder)
        let context = folder.appending("context")
        let said = try await Shell.run(
            """
            mkfifo ../progress
            "$LESSON" docker build --network none --progress plain -t one . 2>../progress & program=$!
            exec 3<../progress
            while read -r line <&3; do case "$line" in *" begun") break;; esac; done
            echo after > source
            for cache in "$LESSON_HOME"/store/cache-mounts/*; do [ ! -d "$cache" ] || : > "$cache/go"; done
            cat <&3
            wait $program
            """, in: context,
            environment: ["LESSON=\(Program.executable)", "LESSON_HOME=\(folder)/home", "NO_COLOR=1"])
        #expect(said.contains("/source changed while this step used it"), "\(said)")
        try await Shell.run("echo before > source; touch -d @1 source", in: context)
        let build = ["docker", "build", "--network", "none", "--progress", "plain", "."]
        let again = try await Program.run(build, home: folder.appending("home"), in: context)
        #expect(again.status == 0 && !again.standardError.contains("changed while"), "\(again.standardError)")
        #expect(StepStates(again.standardError)["RUN --mount"] == .ran, "\(again.standardError)")
        let third = try await Program.run(build, home: folder.appending("home"), in: context)
        #expect(StepStates(third.standardError)["RUN --mount"] == .cached, "\(third.standardError)")
    }
}
