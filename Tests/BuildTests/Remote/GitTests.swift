import Diagnostics
import Glibc
import Linux
import SystemPackage
import Testing

@testable import Build

/// `ADD` of a repository, from a server on this machine.
@Suite(.serialized) struct GitTests {
    private static let setting = Task { try await Setting() }

    private func access(_ network: BuildNetwork = .host, bytes: Int64 = 64 << 20, files: Int = 1000) throws
        -> RemoteAccess
    {
        RemoteAccess(
            network: network, byteLimit: bytes, fileLimit: files, folder: try Folder.make("lesson-git"))
    }

    /// The files that an address leads to, with what is in them.
    private func files(
        _ source: String, access: RemoteAccess, keep: Bool = false, checksum: String? = nil
    ) async throws -> [String: String] {
        defer { Folder.remove(access.folder) }
        var address = try GitAddress(source)
        if let checksum { address.checksum = checksum }
        let repository = GitRepository(address: address, access: access, source: source)
        let commit = try await repository.resolve()
        let folder = try await repository.fetch(commit, keepsGitDirectory: keep || address.keepsGitDirectory == true)
        let listing = try await Shell.run(
            "find . -path './.git/*' -prune -o ! -name . -print | while read f; do "
                + "if [ -L \"$f\" ]; then echo \"$f@\"; elif [ -d \"$f\" ]; then echo \"$f/\"; else echo \"$f=$(cat \"$f\")\"; fi; done",
            in: folder)
        var found: [String: String] = [:]
        for line in listing.split(separator: "\n") {
            let parts = line.dropFirst(2).split(separator: "=", maxSplits: 1).map(String.init)
            found[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        return found
    }

    private func failure(_ source: String, access: RemoteAccess, checksum: String? = nil) async throws -> BuildFailure {
        do {
            let found = try await files(source, access: access, checksum: checksum)
            Issue.record("it has \(found)")
        } catch let failure as BuildFailure {
            return failure
        }
        throw Errno.canceled
    }

    @Test(arguments: [
        ("", ["f": "two", "d/": "", "d/g": "deep", "l@": ""]),
        ("#main", ["f": "two", "d/": "", "d/g": "deep", "l@": ""]),
        ("#side", ["f": "side"]), ("?branch=side", ["f": "side"]), ("#v1", ["f": "one"]), ("?tag=v1", ["f": "one"]),
        ("#light", ["f": "one"]), ("#refs/tags/v1", ["f": "one"]), ("#refs/heads/side", ["f": "side"]),
        // A branch and a tag of one name: the branch, as with BuildKit.
        ("#both", ["f": "side"]), ("?tag=both", ["f": "one"]), ("#:d", ["g": "deep"]), ("?subdir=d", ["g": "deep"]),
        ("#main:/d/", ["g": "deep"]), ("#HASH", ["f": "one"]), ("?checksum=HASH&tag=v1", ["f": "one"]),
    ])
    func checksOut(_ rest: String, _ wanted: [String: String]) async throws {
        let setting = try await Self.setting.value
        let source = setting.address("plain") + rest.replacing("HASH", with: setting.firstCommit)
        #expect(try await files(source, access: try access()) == wanted)
    }

    @Test func holdsACommitToItsChecksum() async throws {
        let setting = try await Self.setting.value
        let source = setting.address("plain") + "#v1"
        let start = String(setting.firstCommit.prefix(7))
        #expect(try await files(source, access: try access(), checksum: start)["f"] == "one")
        let failure = try await failure(source, access: try access(), checksum: "0123456")
        #expect(failure.diagnostic.message.hasPrefix("expected checksum to match 0123456, got "))
        #expect(failure.diagnostic.id == "checksum-mismatch")
    }

    @Test(arguments: [
        ("#nowhere", "repository does not contain ref nowhere"), ("#:nowhere", "\"nowhere\" not found in"),
        ("#:f", "\"f\" in"), ("#1111111111111111111111111111111111111111", "cannot fetch"),
    ])
    func saysWhatIsMissing(_ rest: String, _ words: String) async throws {
        let source = try await Self.setting.value.address("plain") + rest
        let failure = try await failure(source, access: try access())
        #expect(failure.diagnostic.message.hasPrefix(words))
        #expect(failure.kind == .learner)
    }

    @Test func keepsTheRepositoryWhereThatIsAskedFor() async throws {
        let setting = try await Self.setting.value
        #expect(try await files(setting.address("plain"), access: try access())[".git/"] == nil)
        let access = try access()
        let kept = try await files(setting.address("plain") + "?keep-git-dir=true", access: access)
        #expect(kept[".git/"] != nil)
    }

    @Test func looksLikeACloneWithTheRepository() async throws {
        let setting = try await Self.setting.value
        let access = try access()
        defer { Folder.remove(access.folder) }
        let source = setting.address("plain") + "#side"
        let repository = GitRepository(address: try GitAddress(source), access: access, source: source)
        let folder = try await repository.fetch(try await repository.resolve(), keepsGitDirectory: true)
        let words = try await Shell.run(
            "git status --porcelain; git remote get-url origin; git log --format=%s; ls .git/FETCH_HEAD 2>/dev/null || true",
            in: folder)
        #expect(words == "\(setting.address("plain"))\nside")
    }

    @Test func takesSubmodules() async throws {
        let setting = try await Self.setting.value
        let found = try await files(setting.address("modules"), access: try access())
        #expect(found["sub/f"] == "two")
        #expect(found["sub/.git"] == nil && found["sub/.git/"] == nil)
        let without = try await files(setting.address("modules") + "?submodules=0", access: try access())
        #expect(without["sub/"] == "" && without["sub/f"] == nil)
    }

    /// What a repository asks for, in the name of nobody who could be asked.
    @Test(arguments: ["file-module", "ext-module", "path-module"]) func followsNoOddSubmodule(_ name: String)
        async throws
    {
        let setting = try await Self.setting.value
        let failure = try await failure(setting.address(name), access: try access())
        #expect(failure.diagnostic.message.contains("which is no http, https, ssh or git address"))
        #expect(failure.diagnostic.id == "bad-url")
        let trace = try RootedDirectory(at: setting.folder).statusIfPresent("touched")
        #expect(trace == nil)
    }

    /// A directory of the repository that is a link to the outside leads to nothing of this machine.
    @Test func staysInsideOfTheRepository() async throws {
        let setting = try await Self.setting.value
        for rest in ["#links:out", "#links:up", "#links:../../.."] {
            let access = try access()
            let source = setting.address("plain") + rest
            do {
                let found = try await files(source, access: access)
                #expect(found["passwd"] == nil && found["etc/"] == nil, "\(rest): \(found)")
            } catch let failure as BuildFailure {
                #expect(failure.kind == .learner)
            }
        }
    }

    @Test func takesNoMoreThanItMay() async throws {
        let setting = try await Self.setting.value
        for access in [try access(bytes: 1 << 20), try access(files: 2)] {
            let failure = try await failure(setting.address(access.fileLimit == 2 ? "plain" : "large"), access: access)
            #expect(failure.diagnostic.id == "limit")
        }
    }

    @Test func reachesNoNeighbours() async throws {
        let failure = try await failure(try await Self.setting.value.address("plain"), access: try access(.isolated))
        #expect(failure.diagnostic.id == "private-address")
    }

    @Test func needsAnAgentForSSH() async throws {
        let failure = try await failure("git@127.0.0.1:x.git", access: try access())
        #expect(failure.diagnostic.message == "no SSH key \"default\" forwarded from the client")
    }

    @Test func speaksGitsOwnProtocol() async throws {
        let setting = try await Self.setting.value
        #expect(
            try await setting.withDaemon { port in
                try await files("git://127.0.0.1:\(port)/plain.git#v1", access: try access())
            } == ["f": "one"])
    }

    /// The whole way, as a person types it.
    @Test func buildsWithARepository() async throws {
        let setting = try await Self.setting.value
        let work = try Folder.make("lesson-git-build")
        defer { Folder.remove(work) }
        let text = """
            FROM scratch
            ADD \(setting.address("plain"))#v1 /one/
            ADD --chown=3:4 --exclude=d \(setting.address("plain")) /two
            ADD --keep-git-dir --checksum=\(setting.firstCommit) \(setting.address("plain"))#v1 /three
            """
        try RootedDirectory(at: work).writeFile("Dockerfile", Array(text.utf8))
        let arguments = ["build", "--network", "host", "--output", "type=oci,dest=image.tar", "."]
        let output = try await Program.shared.docker(arguments, in: work)
        try #require(output.status == 0, "\(output.standardError)")
        let tree = try BuildCase.image(in: work).tree
        #expect(tree["one/f"] == "file 644 0:0 \"one\\n\"")
        #expect(tree["two/f"] == "file 644 3:4 \"two\\n\"")
        // With one id an owner is written beside the file, and beside a link nothing can be written.
        #expect(tree["two/l"] == "link \(Expectations.isForOneID ? "0:0" : "3:4") -> d/g")
        #expect(tree["two/d"] == nil)
        #expect(tree["one/.git"] == nil)
        #expect(tree["three/.git"] == "directory 755 0:0")
        let again = try await Program.shared.docker(arguments, in: work)
        #expect(again.standardError.contains("3 of 3 steps from the cache"))
    }

    /// Repositories and a server for them.
    private struct Setting {
        let folder: FilePath
        let server: LocalServer
        let firstCommit: String

        func address(_ name: String) -> String { "\(server.address)/git/\(name).git" }

        init() async throws {
            folder = try Folder.makeLasting("lesson-git-tests")
            server = try LocalServer(folder)
            let script = """
                export HOME=$PWD GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@a GIT_COMMITTER_NAME=a \
                GIT_COMMITTER_EMAIL=a@a
                umask 022
                mkdir plain && cd plain && git init -q -b main
                echo one > f && git add . && git commit -qm one
                git tag -m tagged v1 && git tag light && git tag both
                git checkout -qb side && echo side > f && git commit -qam side && git branch both
                git checkout -q main && echo two > f && mkdir d && echo deep > d/g && ln -s d/g l && git add . && git commit -qm two
                git checkout -qb links && ln -s /etc out && ln -s ../../../.. up && git add . && git commit -qm links
                git checkout -q main && cd .. && git clone -q --bare plain plain.git
                mkdir large && cd large && git init -q -b main && head -c 3000000 /dev/zero > zeros
                git add . && git commit -qm large && cd .. && git clone -q --bare large large.git
                module() {
                  mkdir $1 && cd $1 && git init -q -b main
                  printf '[submodule "sub"]\\n\\tpath = sub\\n\\turl = %s\\n' "$2" > .gitmodules
                  git add .gitmodules
                  git update-index --add --cacheinfo 160000,$(git -C ../plain rev-parse main),sub
                  git commit -qm module && cd .. && git clone -q --bare $1 $1.git
                }
                module modules ../plain.git
                module file-module "file://$PWD/plain.git"
                module ext-module "ext::sh -c touch% $PWD/touched"
                module path-module "$PWD/plain.git"
                git -C plain rev-parse v1^{commit}
                """
            firstCommit = try await Shell.run(script, in: folder)
        }

        /// Serves by `git daemon` while `body` runs.
        func withDaemon<T>(_ body: (Int) async throws -> T) async throws -> T {
            let port = 20_000 + Int(getpid()) % 20_000
            var command = ChildProcess.Command(
                "git",
                [
                    "-c", "safe.directory=*", "daemon", "--export-all", "--reuseaddr", "--listen=127.0.0.1",
                    "--port=\(port)",
                    "--base-path=\(folder)", "--verbose", folder.string,
                ],
                environment: ChildProcess.Command.hostEnvironment.filter { !$0.hasPrefix("HOME=") } + ["HOME=\(folder)"]
            )
            let errors = try Pipe()
            command.descriptors[2] = errors.takeWriter()
            let daemon = try ChildProcess.spawn(command)
            command.descriptors = [:]
            defer {
                daemon.kill()
                _ = daemon.wait()
            }
            // Its first words are that it is ready.
            var byte: UInt8 = 0
            try #require(read(errors.reader, &byte, 1) == 1)
            return try await body(port)
        }
    }
}
