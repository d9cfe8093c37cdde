import SystemPackage
import Testing

/// What makes a step run again, and what does not: real builds, one after the other, in one store.
@Suite struct CacheKeyTests {
    private func build(_ folder: FilePath, _ arguments: [String] = []) async throws -> StepStates {
        let built = try await Program.shared.docker(
            ["build", "--network", "none", "--progress", "plain"] + arguments + ["."], in: folder)
        try #require(built.status == 0, "\(built.standardError)")
        return StepStates(built.standardError)
    }

    private func made(_ dockerfile: String, _ script: String = ":") async throws -> FilePath {
        let folder = try Folder.make("lesson-cache-keys")
        // No two runs have a step in common.
        try await Shell.run("cat > Dockerfile <<'EOF'\n\(dockerfile)\nEOF\npwd > unique\n\(script)", in: folder)
        return folder
    }

    // MARK: - what a COPY takes

    private static let changes: [(script: String, state: StepStates.State)] = [
        (":", .cached),
        // Times are no content, and neither is where a file lies on the disk.
        ("touch tree/file tree/folder tree; touch -h tree/link", .cached),
        ("cp tree/folder/inner new; mv new tree/folder/inner", .cached),
        ("truncate -s 0 tree/empty", .cached),
        ("chmod 700 .", .cached),
        ("printf changed > beside", .cached),
        // Same size, same times.
        ("cp -p tree/file old; printf 'xyz\\n' > tree/file; touch -r old tree/file; rm old", .ran),
        ("chmod 600 tree/file", .ran),
        ("chmod 700 tree/folder", .ran),
        ("chmod u+s tree/file", .ran),
        ("mv tree/file tree/other", .ran),
        ("mv tree/folder tree/other", .ran),
        ("ln -sfn other tree/link", .ran),
        ("rm tree/link; cp tree/file tree/link", .ran),
        ("rm tree/second; cp tree/file tree/second", .ran),
        ("mkdir tree/more", .ran),
        ("rm tree/empty; mkdir tree/empty", .ran),
        ("rm -r tree/folder", .ran),
        // The same content as in the line above, come to in another way.
        ("printf '*\\n!tree\\ntree/folder\\n' > .dockerignore", .cached),
    ]

    @Test func theSourceOfACopyIsItsContent() async throws {
        let folder = try await made(
            "FROM busybox\nCOPY tree /tree",
            """
            mkdir -p tree/folder; cp unique tree/folder/inner; printf 'abc\\n' > tree/file; ln tree/file tree/second
            ln -s file tree/link; : > tree/empty; chmod 644 tree/file; chmod 755 tree/folder; cp -a tree kept
            """)
        defer { Folder.remove(folder) }
        #expect(try await build(folder)["COPY"] == .ran)
        for (script, state) in Self.changes {
            try await Shell.run("rm -rf tree .dockerignore; cp -a kept tree; chmod 755 .; \(script)", in: folder)
            #expect(try await build(folder)["COPY"] == state, "\(script)")
        }
    }

    /// What an archive says of a file, as it is imported to be copied from.
    private static let archives: [(arguments: String, state: StepStates.State)] = [
        ("", .cached), ("mtime=99", .cached), ("beside=1", .cached), ("uid=5", .ran), ("gid=6", .ran),
        ("mode=448", .ran),
        ("capability=1", .ran), ("capability=2", .ran), ("target=there", .ran), ("content=x", .ran),
        ("name=other", .ran),
    ]

    @Test func anotherImageIsCopiedFromByItsContentToo() async throws {
        let name = "cache-keys-\(UInt32.random(in: 0 ... .max))"
        let folder = try await made(
            "FROM busybox\nCOPY --from=\(name) /tree /tree",
            """
            cat > archive.py <<'EOF'
            import io, struct, sys, tarfile
            given = dict(word.split("=") for word in sys.argv[1:])
            number = lambda name, usual: int(given.get(name, usual))
            with tarfile.open("archive.tar", "w", format=tarfile.PAX_FORMAT) as archive:
                def add(name, data, kind=tarfile.REGTYPE):
                    entry = tarfile.TarInfo(name)
                    entry.type, entry.mtime, entry.mode = kind, number("mtime", 1), number("mode", 0o755)
                    entry.uid, entry.gid = number("uid", 0), number("gid", 0)
                    if kind == tarfile.SYMTYPE:
                        entry.linkname = data
                    else:
                        entry.size = len(data)
                    if kind == tarfile.REGTYPE and "capability" in given:
                        value = struct.pack("<5I", 0x2000001, number("capability", 0), 0, 0, 0)
                        entry.pax_headers["SCHILY.xattr.security.capability"] = value.decode("latin-1")
                    archive.addfile(entry, io.BytesIO(data) if kind == tarfile.REGTYPE else None)
                add("tree/" + given.get("name", "file"), (given.get("content", "") + "\(name)").encode())
                add("tree/link", given.get("target", "here"), tarfile.SYMTYPE)
                add("beside", given.get("beside", "0").encode())
            EOF
            """)
        defer { Folder.remove(folder) }
        for (index, (arguments, state)) in ([("", .ran)] + Self.archives).enumerated() {
            try await Shell.run("python3 archive.py \(arguments)", in: folder)
            let imported = try await Program.shared.docker(["import", "archive.tar", name], in: folder)
            try #require(imported.status == 0, "\(imported.standardError)")
            #expect(try await build(folder)["COPY"] == state, "\(index): \(arguments)")
        }
    }

    // MARK: - what a RUN sees

    private static let arguments: [(flags: [String], states: [StepStates.State])] = [
        ([], [.cached, .cached, .cached, .cached]),
        // From the first step on that can see it: files that are copied do not.
        (["--build-arg", "LATE=b"], [.cached, .cached, .cached, .ran]),
        (["--build-arg", "LATE=a"], [.cached, .cached, .cached, .cached]),
        (["--build-arg", "NAMED=second"], [.cached, .cached, .ran, .ran]),
        (["--build-arg", "HTTP_PROXY=http://127.0.0.1:9"], [.cached, .cached, .cached, .cached]),
        (["--build-arg", "UNKNOWN=1"], [.cached, .cached, .cached, .cached]),
        (["--label", "a=b"], [.cached, .cached, .cached, .cached]),
        (["--no-cache"], [.ran, .ran, .ran, .ran]),
    ]

    @Test func anArgumentCountsFromItsFirstUse() async throws {
        let folder = try await made(
            """
            FROM busybox
            COPY unique /unique
            RUN echo early > /early
            ARG NAMED=first
            COPY $NAMED /named
            ARG LATE=a
            RUN echo late > /late
            """, "echo 1 > first; echo 2 > second")
        defer { Folder.remove(folder) }
        _ = try await build(folder)
        for (flags, states) in Self.arguments {
            let found = try await build(folder, flags)
            let steps = ["COPY unique", "RUN echo early", "COPY", "RUN echo late"]
            for (step, state) in zip(steps, states) where step != "COPY" {
                #expect(found[step] == state, "\(flags): \(step)")
            }
            let named = found["COPY first"] ?? found["COPY second"] ?? found["COPY $NAMED"]
            #expect(named == states[2], "\(flags): COPY $NAMED")
        }
    }

    @Test func aSecretIsNoPartOfTheKey() async throws {
        let folder = try await made(
            """
            FROM busybox
            COPY unique /unique
            RUN --mount=type=secret,id=token cp /proc/sys/kernel/random/uuid /id; test -s /run/secrets/token
            """, "echo one > token")
        defer { Folder.remove(folder) }
        let secret = ["--secret", "id=token,src=token"]
        #expect(try await build(folder, secret)["RUN"] == .ran)
        try await Shell.run("echo two > token", in: folder)
        #expect(try await build(folder, secret)["RUN"] == .cached)
        try await Shell.run("mv token other", in: folder)
        #expect(try await build(folder, ["--secret", "id=token,src=other"])["RUN"] == .cached)
    }

    /// `--no-cache` makes the step anew, and what it made is what later builds find.
    @Test func noCacheMakesAnew() async throws {
        let folder = try await made(
            "FROM busybox\nCOPY unique /\nRUN cp /proc/sys/kernel/random/uuid /id\nCMD cat /id")
        defer { Folder.remove(folder) }
        let name = "anew-\(UInt32.random(in: 0 ... .max))"
        var ids: [String] = []
        for flags in [[], [], ["--no-cache"], []] {
            _ = try await build(folder, flags + ["-t", name])
            let ran = try await Program.shared.docker(["run", "--rm", "--network", "none", name], in: folder)
            try #require(ran.status == 0 && ran.standardOutput.count == 37, "\(ran)")
            ids.append(ran.standardOutput)
        }
        #expect(ids[0] == ids[1] && ids[2] == ids[3] && ids[0] != ids[2])
    }
}
