import Diagnostics
import Linux
import OCI
import Synchronization
import SystemPackage

/// A repository elsewhere: which commit is meant is found first, the files are fetched when somebody needs them.
struct GitRepository: Sendable {
    let address: GitAddress
    let access: RemoteAccess
    /// As messages name it.
    let source: String

    /// A commit, and the reference that led to it.
    struct Commit: Sendable, Hashable {
        var hash: String
        /// `refs/heads/main`; nil where the commit was named itself.
        var reference: String?
    }

    // MARK: - Which commit

    /// Finds the commit that is meant, without fetching it.
    func resolve() async throws(BuildFailure) -> Commit {
        let checksum = address.checksum?.lowercased() ?? ""
        if let name = address.reference, GitAddress.isCommit(name) {
            guard name.lowercased().hasPrefix(checksum) else { throw mismatch(checksum, name) }
            return Commit(hash: name.lowercased())
        }
        let wanted = address.reference.map { [$0, $0 + "^{}"] } ?? ["HEAD"]
        let listing = try await git(
            ["ls-remote", "--symref", "--", address.remote] + wanted, network: true)
        let (commit, peeled) = try choose(String(decoding: listing, as: UTF8.self))
        guard GitAddress.isCommit(commit.hash) else {
            throw .remote("download-failed", "cannot fetch \(source): the server says nonsense about its references")
        }
        guard commit.hash.hasPrefix(checksum) || (peeled ?? "").hasPrefix(checksum) && peeled != nil else {
            throw mismatch(checksum, commit.hash)
        }
        return Commit(hash: peeled ?? commit.hash, reference: commit.reference)
    }

    private func mismatch(_ wanted: String, _ found: String) -> BuildFailure {
        .remote(
            "checksum-mismatch", "expected checksum to match \(wanted), got \(found)",
            hint: "the repository has moved on, or the checksum is for another commit")
    }

    /// Picks from what `git ls-remote` lists: a full reference, else the branch, else the tag of that name.
    private func choose(_ listing: String) throws(BuildFailure) -> (commit: Commit, peeled: String?) {
        var hashes: [String: String] = [:]
        var head: String?
        for line in listing.split(separator: "\n") {
            let fields = line.split(separator: "\t", maxSplits: 1).map(String.init)
            guard fields.count == 2 else { continue }
            if fields[0].hasPrefix("ref: "), fields[1] == "HEAD" { head = String(fields[0].dropFirst("ref: ".count)) }
            if GitAddress.isCommit(fields[0]) { hashes[fields[1]] = fields[0] }
        }
        guard let name = address.reference else {
            guard let hash = hashes["HEAD"] else {
                throw .remote(
                    "download-failed", "could not find default branch for repository: \(address.shown)",
                    hint: "is the repository empty? Name a branch as in \(address.shown)#main")
            }
            return (Commit(hash: hash, reference: head), nil)
        }
        func stripped(_ prefix: String) -> String {
            name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
        }
        let tag = "refs/tags/" + stripped("refs/tags/")
        for full in ["refs/" + stripped("refs/"), "refs/heads/" + stripped("refs/heads/")] {
            if let hash = hashes[full] { return (Commit(hash: hash, reference: full), hashes[full + "^{}"]) }
        }
        if let hash = hashes[tag] { return (Commit(hash: hash, reference: tag), hashes[tag + "^{}"]) }
        throw .remote(
            "download-failed", "repository does not contain ref \(name)",
            hint:
                "what follows # is a branch, a tag or a whole commit hash; `git ls-remote \(address.shown)` lists them")
    }

    // MARK: - Its files

    /// Fetches a commit into `folder/tree`, with its submodules.
    /// - Returns: The directory that was asked for.
    func fetch(_ commit: Commit, keepsGitDirectory: Bool) async throws(BuildFailure) -> FilePath {
        let tree = access.folder.appending("tree")
        // BuildKit has no room for the repository beside a directory of it.
        let keeps = keepsGitDirectory && PathText.clean(address.subdirectory).isEmpty
        try await checkOut(commit, into: tree)
        if keeps { try await tidy(commit, in: tree) }
        var modules = GitSubmodules(repository: self, top: tree, keepsGitDirectories: keeps)
        if address.takesSubmodules { try await modules.fetch() }
        do {
            if !keeps { try RootedDirectory(at: tree).remove(FilePath(".git")) }
        } catch {
            throw .system(error, what: "cannot tidy a repository")
        }
        do {
            let root = try RootedDirectory(at: tree)
            let inside = try root.resolve(FilePath("/").appending(address.subdirectory))
            guard try root.status(inside).kind == .directory else {
                throw BuildFailure.remote(
                    "copy-source-missing", "\"\(address.subdirectory)\" in \(address.shown) is no directory",
                    hint: "what follows the second colon names a directory of the repository")
            }
            return tree.pushing(FilePath(root: nil, inside.components))
        } catch let failure as BuildFailure {
            throw failure
        } catch {
            throw .remote("copy-source-missing", "\"\(address.subdirectory)\" not found in \(address.shown)")
        }
    }

    /// Fetches one commit and writes its files.
    func checkOut(_ commit: Commit, into tree: FilePath) async throws(BuildFailure) {
        let format = commit.hash.utf8.count == 64 ? ["--object-format=sha256"] : []
        try await git(["-c", "init.defaultBranch=master", "init", "--quiet"] + format + [tree.string])
        let here = ["-C", tree.string]
        if try await !fetched(commit, here) {
            throw .remote(
                "download-failed", "cannot fetch \(source): the repository has no commit \(commit.hash)",
                hint: "check the hash; a commit that no branch or tag leads to cannot be fetched")
        }
        try await measure(commit, here)
        try await git(here + ["checkout", "--quiet", "--detach", commit.hash])
    }

    /// Tries the ways to a commit, the cheapest first.
    private func fetched(_ commit: Commit, _ here: [String]) async throws(BuildFailure) -> Bool {
        let shallow = ["fetch", "--quiet", "--no-tags", "--depth", "1", "--", address.remote]
        // All of it, from servers that give out no single commit, or (plain files over HTTP) nothing but everything.
        let whole = [
            "fetch", "--quiet", "--no-tags", "--", address.remote, "+refs/heads/*:refs/remotes/origin/*",
            "+refs/tags/*:refs/tags/*",
        ]
        var ways = [shallow + [commit.hash], whole]
        if let reference = commit.reference { ways.insert(shallow + [reference], at: 0) }
        var failure: BuildFailure?
        for way in ways {
            do {
                try await git(here + way, network: true)
            } catch {
                if error.kind == .cancelled || error.diagnostic.id != "download-failed" { throw error }
                failure = error
                continue
            }
            failure = nil
            let found = try await run(here + ["cat-file", "-e", commit.hash + "^{commit}"])
            if found.ending.isSuccess { return true }
        }
        if let failure { throw failure }
        return false
    }

    /// Adds up what a commit holds before any of it is written: a megabyte of objects can be a terabyte of files.
    private func measure(_ commit: Commit, _ here: [String]) async throws(BuildFailure) {
        let sum = Mutex((bytes: Int64(0), files: 0, rest: [UInt8]()))
        let completion = try await access.run(
            "git", Self.options + here + ["ls-tree", "-r", "-l", commit.hash], for: source,
            environment: Self.environment, outputLimit: 1 << 30
        ) { stream, bytes in
            guard stream == .standardOutput else { return }
            sum.withLock { sum in
                sum.rest += bytes
                guard let end = sum.rest.lastIndex(of: UInt8(ascii: "\n")) else { return }
                for line in sum.rest[..<end].split(separator: UInt8(ascii: "\n")) {
                    // mode, type, hash, size, and after a tab the name.
                    let fields = line.prefix { $0 != 9 }.split(separator: 32)
                    sum.files += 1
                    if fields.count == 4, let size = Int64(String(decoding: fields[3], as: UTF8.self)) {
                        sum.bytes = sum.bytes.addingSize(size)
                    }
                }
                sum.rest.removeSubrange(...end)
            }
        }
        let total = sum.withLock { ($0.bytes, $0.files) }
        guard completion.ending.isSuccess || completion.ending == .tooMuchOutput else {
            throw GitFailure(completion.standardError, source: source).failure
        }
        guard completion.ending.isSuccess, (0...access.byteLimit).contains(total.0), total.1 <= access.fileLimit else {
            throw .remote(
                "limit",
                "stopped: \(source) holds more than \(access.byteLimit >> 20) MiB or \(access.fileLimit) files",
                hint: "a build takes no more than that from one repository")
        }
    }

    /// Makes the `.git` that is kept look like a clone's: with an origin and the reference, without traces of the fetch.
    private func tidy(_ commit: Commit, in tree: FilePath) async throws(BuildFailure) {
        let here = ["-C", tree.string]
        try await git(here + ["remote", "add", "--", "origin", address.shown])
        if let reference = commit.reference {
            _ = try await run(here + ["update-ref", "--", reference, commit.hash])
        }
        try await git(here + ["reflog", "expire", "--all", "--expire=now"])
        do {
            try RootedDirectory(at: tree).remove(FilePath(".git/FETCH_HEAD"))
        } catch {
            throw .system(error, what: "cannot tidy a repository")
        }
    }

    // MARK: - git

    /// Nothing that a repository brings along is run, and no address of another kind is followed.
    static let options = [
        "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.symlinks=true",
        "-c", "protocol.file.allow=never", "-c", "protocol.ext.allow=never", "-c", "fetch.recurseSubmodules=false",
        "-c", "submodule.recurse=false", "-c", "transfer.bundleURI=false", "-c", "gc.auto=0", "-c",
        "maintenance.auto=false",
        "-c", "advice.detachedHead=false",
    ]

    static let environment = [
        "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ATTR_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
        "GIT_ALLOW_PROTOCOL=http:https:ssh:git", "GIT_LITERAL_PATHSPECS=1",
    ]

    /// Runs git, whatever comes of it.
    func run(_ arguments: [String], network: Bool = false) async throws(BuildFailure) -> ChildProcess.Completion {
        let (options, environment) = network ? try await reach() : ([], [])
        return try await access.run(
            "git", Self.options + options + arguments, for: source, environment: Self.environment + environment)
    }

    /// Runs git, which has to succeed.
    @discardableResult
    func git(_ arguments: [String], network: Bool = false) async throws(BuildFailure) -> [UInt8] {
        let completion = try await run(arguments, network: network)
        guard completion.ending.isSuccess else { throw GitFailure(completion.standardError, source: source).failure }
        return completion.standardOutput
    }

    /// What keeps git at the addresses that were looked up, and away from those that were not.
    private func reach() async throws(BuildFailure) -> (options: [String], environment: [String]) {
        let addresses = try await access.addresses(of: address.url, for: source)
        let text = addresses?.map(\.text).joined(separator: ",")
        // Another host than the one that was looked at may be anybody's.
        var options = ["-c", "http.followRedirects=\(addresses == nil ? "initial" : "false")"]
        var environment: [String] = []
        switch address.url.scheme {
        case "http", "https":
            if let text, !address.url.host.contains(":") {
                options += ["-c", "http.curloptResolve=\(address.url.host):\(address.url.port):\(text)"]
            }
        case "git":
            if let first = addresses?.first {
                options += ["-c", "url.git://\(first.text):\(address.url.port)/.insteadOf=\(gitPrefix)"]
                environment.append("GIT_OVERRIDE_VIRTUAL_HOST=\(address.url.host)")
            }
        default:
            guard let agent = access.agent else {
                throw .remote(
                    "ssh-missing", "no SSH key \"default\" forwarded from the client",
                    hint:
                        "\(source) is fetched over ssh: pass your agent on with docker build --ssh default, or use the "
                        + "repository's https:// address")
            }
            var command =
                "ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
            if let first = addresses?.first { command += " -o HostName=\(first.bare)" }
            environment += ["GIT_SSH_COMMAND=\(command)", "GIT_SSH_VARIANT=ssh", "SSH_AUTH_SOCK=\(agent.string)"]
        }
        return (options, environment)
    }

    /// The beginning of a `git://` address, up to its path.
    private var gitPrefix: String {
        guard let mark = address.remote.firstRange(of: "://") else { return address.remote }
        let authority = address.remote[mark.upperBound...].prefix { $0 != "/" }
        return "\(address.remote[..<mark.upperBound])\(authority)/"
    }
}
