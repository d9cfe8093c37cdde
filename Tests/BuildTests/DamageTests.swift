import Glibc
import Linux
import SystemPackage
import Testing

/// What can happen to the files of a store, and that no image comes out of it that should not.
@Suite(.serialized) struct DamageTests {
    /// What is done to the store between two builds, in its folder; `$fs` is the files of the compiler's layer, `$top`
    /// those of the last layer of the image, `$all` every layer.
    private static let damages: [(name: String, script: String)] = [
        ("nothing", ":"),
        ("a program is cut off", ": > $top/opt/busybox"),
        ("a program is shorter by a byte", "truncate -s -1 $top/opt/busybox"),
        ("a program is longer by a byte", "printf x >> $top/opt/busybox"),
        ("a program is other bytes of the same size", "dd if=/dev/zero of=$top/opt/busybox bs=1 count=8 conv=notrunc"),
        (
            "the same, with its old time put back",
            "t=$(stat -c %y $top/opt/busybox); dd if=/dev/zero of=$top/opt/busybox bs=1 count=8 conv=notrunc; touch -d \"$t\" $top/opt/busybox"
        ),
        ("a program is gone", "rm $top/opt/busybox"),
        ("a program is a link", "rm $top/opt/busybox; ln -s /bin/sh $top/opt/busybox"),
        ("a program is a folder", "rm $top/opt/busybox; mkdir $top/opt/busybox"),
        ("a program is no program any more", "chmod 644 $top/opt/busybox"),
        ("a program has a set-id bit", "chmod u+s $top/opt/busybox"),
        ("a file is added", "echo canary > $top/canary"),
        ("a whiteout is added", "mknod $top/data c 0 0 || touch $top/data"),
        ("a file is renamed", "mv $top/opt/busybox $top/opt/other"),
        ("a folder is gone", "rm -r $top/opt"),
        ("an attribute is added", "setfattr -n user.overlay.opaque -v y $top/opt"),
        ("times are other ones", "touch $top/opt/busybox"),
        ("the files of a layer are gone", "rm -r $top"),
        ("a layer is gone", "rm -r $(dirname $top)"),
        ("a layer is a file", "d=$(dirname $top); rm -r $d; : > $d"),
        ("all layers are gone", "rm -r snapshots/*"),
        ("the folder of layers is gone", "rm -r snapshots"),
        ("what the compiler stands on is damaged", ": > $base/bin/busybox"),
        ("what the compiler stands on is gone", "rm -r $base"),
        ("the listing is gone", "rm snapshots/*/listing"),
        ("the listing is garbage", "for d in snapshots/*; do echo x > $d/listing; done"),
        ("the database is gone", "rm store.sqlite*"),
        ("the database is gone, not its log", "rm store.sqlite"),
        ("the log of the database is gone", "rm -f store.sqlite-wal"),
        ("the log is garbage", "head -c 100000 /dev/urandom > store.sqlite-wal"),
        ("the index of the log is garbage", "head -c 32768 /dev/urandom > store.sqlite-shm"),
        ("the database is empty", ": > store.sqlite; rm -f store.sqlite-wal store.sqlite-shm"),
        (
            "the database is cut in two",
            "truncate -s $(($(stat -c %s store.sqlite) / 2)) store.sqlite; rm -f store.sqlite-wal"
        ),
        ("the database is garbage", "head -c 50000 /dev/urandom > store.sqlite; rm -f store.sqlite-wal"),
        (
            "a page of the database is garbage",
            "head -c 4096 /dev/urandom | dd of=store.sqlite bs=4096 seek=2 conv=notrunc; rm -f store.sqlite-wal"
        ),
        (
            "every page but the first is garbage",
            "head -c 200000 /dev/urandom | dd of=store.sqlite bs=4096 seek=1 conv=notrunc; rm -f store.sqlite-wal"
        ),
        ("the database is a folder", "rm store.sqlite*; mkdir store.sqlite"),
        ("locks, sessions and what is pending are gone", "rm -rf locks sessions pending"),
        ("leftovers lie about", "mkdir -p pending/x/y snapshots/x; touch pending/x.lock locks/y sessions/z"),
    ]

    private static let dockerfile = """
        FROM scratch AS compiler
        COPY root /
        RUN ["/bin/busybox", "cp", "/bin/busybox", "/busybox"]
        FROM scratch
        COPY --from=compiler /busybox /opt/busybox
        COPY data /data
        CMD ["/opt/busybox", "cat", "/data"]
        """

    @Test func noImageComesOutOfADamagedStoreThatShouldNot() async throws {
        let folder = try Folder.make("lesson-damage-tests")
        defer { Folder.remove(folder) }
        let made = try await shell(
            """
            mkdir -p context/root/bin && cp /bin/busybox context/root/bin/busybox && echo right > context/data
            cat > context/Dockerfile <<'EOF'
            \(Self.dockerfile)
            EOF
            """, in: folder)
        try #require(made.status == 0, "\(made.standardError)")
        let first = try await build(in: folder)
        try #require(first.status == 0, "\(first.standardError)")
        let id = first.standardOutput
        for damage in Self.damages {
            // Each layer of interest is found by what is in it, in the latest store that there is.
            let script = """
                top=$(dirname $(dirname $(ls -t snapshots/*/fs/opt/busybox | head -1)))
                base=$(dirname $(dirname $(ls -t snapshots/*/fs/bin/busybox | head -1)))
                exec 2>&1; \(damage.script)
                """
            let done = try await shell(script, in: folder.appending("home/store"))
            try #require(done.status == 0, "\(damage.name): \(done.standardOutput)\(done.standardError)")
            // What shows only when it is read is said, and mended by the next run.
            var again = try await build(in: folder)
            if again.status != 0 {
                #expect(again.standardError.contains("damaged"), "\(damage.name): \(again.standardError)")
                again = try await build(in: folder)
            }
            #expect(again.status == 0, "\(damage.name): \(again.standardError)")
            #expect(again.standardOutput == id, "\(damage.name): another image: \(again.standardError)")
            let ran = try await Program.run(
                ["docker", "run", "--rm", "image"], home: folder.appending("home"), in: folder)
            #expect(ran.status == 0 && ran.standardOutput == "right\n", "\(damage.name): \(ran)")
        }
        let left = try await shell("ls home/store/pending home/store/sessions home/store/locks | grep -v :", in: folder)
        #expect(left.standardOutput.split(separator: "\n").filter { !$0.isEmpty }.isEmpty, "\(left.standardOutput)")
    }

    /// A build of which all is in the cache does not walk a large layer that was compared a moment ago. Who reads it does.
    @Test func damageToALargeLayerIsFoundBeforeItIsRead() async throws {
        let folder = try Folder.make("lesson-large-damage")
        defer { Folder.remove(folder) }
        let script = """
            mkdir -p large/root/bin large/root/many context && cp /bin/busybox large/root/bin/busybox
            cd large/root/many && seq 2100 | xargs touch && cd ../../..
            printf 'FROM scratch\\nCOPY root /\\n' > large/Dockerfile
            printf 'FROM large\\nCOPY Dockerfile /\\nCMD ["/bin/busybox", "ls", "/many/7"]\\n' > context/Dockerfile
            """
        try #require(await shell(script, in: folder).status == 0)
        let home = folder.appending("home")
        func large() async throws {
            let made = try await Program.run(["docker", "build", "-t", "large", "large"], home: home, in: folder)
            try #require(made.status == 0, "\(made.standardError)")
        }
        func run() async throws -> Program.Output {
            try await Program.run(["docker", "run", "--rm", "image"], home: home, in: folder)
        }
        /// Damages the large layer, whose comparison was when `time` says; what a build and a container say then.
        func damage(_ time: String) async throws -> (built: Program.Output, ran: Program.Output) {
            try await large()
            let first = try await build(in: folder)
            try #require(first.status == 0, "\(first.standardError)")
            #expect(try await run().standardOutput == "/many/7\n")
            let done = try await shell(
                "touch -d '\(time)' $(ls -d snapshots/*/compared) && rm snapshots/*/fs/many/7",
                in: folder.appending("home/store"))
            try #require(done.status == 0, "\(done.standardError)")
            return (try await build(in: folder), try await run())
        }
        let fresh = try await damage("1 minute ago")
        #expect(fresh.built.status == 0, "\(fresh.built)")
        #expect(fresh.ran.status == 125 && fresh.ran.standardError.contains("is damaged at /many"), "\(fresh.ran)")
        // A comparison of long ago is none, nor is one to come: the build itself finds that its base is gone.
        for time in ["11 minutes ago", "tomorrow"] {
            let stale = try await damage(time)
            #expect(
                stale.built.status != 0 && stale.built.standardError.contains("is damaged at /many"), "\(stale.built)")
        }
    }

    /// Builds with all times set, so that the image has the same id each time.
    private func build(in folder: FilePath) async throws -> Program.Output {
        let output = try await Program.run(
            [
                "docker", "build", "-q", "-t", "image", "--build-arg", "SOURCE_DATE_EPOCH=1700000000", "--network",
                "none", ".",
            ], home: folder.appending("home"), in: folder.appending("context"))
        return output
    }

    private func shell(_ script: String, in folder: FilePath) async throws -> Program.Output {
        // As whoever may write to the store.
        let mapped = Expectations.isForRange ? ["unshare", "--map-root-user", "--map-auto"] : []
        let words = mapped + ["sh", "-ec", script]
        let done = try await ChildProcess.run(
            ChildProcess.Command(
                words[0], Array(words.dropFirst()), environment: ChildProcess.Command.hostEnvironment,
                workingDirectory: folder))
        let status: Int32 = if case .exited(let code) = done.ending { code } else { -1 }
        return Program.Output(
            status: status, standardOutput: String(decoding: done.standardOutput, as: UTF8.self),
            standardError: String(decoding: done.standardError, as: UTF8.self))
    }
}
