import Dockerfile
import Images
import Linux
import OCI
import SystemPackage

extension RemoteSource {
    /// How long one download may take.
    private static let deadline = Duration.seconds(600)
    private static let redirectLimit = 10

    /// Fetches a source to a place of the engine's, under the rules of the build's network.
    static func fetch(
        _ source: String, _ request: CopyRequest, job: BuildJob, command: Command, step: RunningStep
    ) async throws(BuildFailure) -> CopyPlan.Item {
        guard job.request.network != .none else {
            throw .learner(
                "no-network", "cannot fetch \(source): this build has no network",
                hint: "put the file beside the Dockerfile and COPY it", file: job.file,
                range: command.range(of: source))
        }
        let pending: PendingSnapshot
        do {
            pending = try job.store.begin()
        } catch {
            throw .images(error)
        }
        job.keep(pending)
        let remote = Remote(source: source, request: request, job: job, command: command, folder: pending.upper)
        return isGit(source) ? .repository(try await remote.clone()) : .download(try await remote.download())
    }

    /// Copies what was downloaded, or unpacks it where `--unpack` asks for that.
    static func write(
        _ file: RemoteFile, with copier: inout FileCopier, to destination: String, request: CopyRequest, job: BuildJob
    ) throws(CopyError) -> CopySource {
        let root: RootedDirectory
        let opened: OwnedDescriptor
        do {
            root = try RootedDirectory(at: file.path.removingLastComponent())
            opened = try root.openRegularFile(
                FilePath(file.path.lastComponent?.string ?? ""), followingLast: false
            ).file
        } catch {
            throw .system(error)
        }
        if request.unpack == true, ArchiveExtractor.isArchive(opened) {
            let path = try ArchiveAddition.unpack(
                opened, name: file.name, into: copier.target, at: destination, copier: &copier, job: job)
            var source = CopySource(from: .url, path: file.url, destination: path.string, isDirectory: false)
            source.unpacked = true
            return source
        }
        let entry = CopyEntry(
            path: FilePath(""), kind: .regular, mode: 0o600, uid: 0, gid: 0, size: file.size,
            modifiedSeconds: file.modified ?? 0, modifiedNanoseconds: 0, content: file.digest)
        let match = CopyMatch(
            name: FilePath("/").appending(file.name), path: FilePath("/").appending("download"), entries: [entry])
        let path = try copier.copy(match, from: root, to: destination)
        return CopySource(from: .url, path: file.url, destination: path.string, isDirectory: false)
    }

    /// Copies a working tree.
    static func write(
        _ checkout: GitCheckout, with copier: inout FileCopier, to destination: String, job: BuildJob
    ) throws(CopyError) -> CopySource {
        let directory: RootedDirectory
        do {
            directory = try RootedDirectory(at: checkout.path)
        } catch {
            throw .system(error)
        }
        let root = SourceRoot(directory: directory, ignore: nil, keepsOwners: false, ownership: job.ownership)
        var planner = CopyPlanner(root: root)
        planner.fileLimit = job.request.limits.contextFiles
        let match = try planner.match(FilePath("/"))
        let path = try copier.copy(match, from: directory, to: destination)
        return CopySource(from: .git, path: checkout.url, destination: path.string, isDirectory: true)
    }

    /// One source on its way.
    private struct Remote {
        let source: String
        let request: CopyRequest
        let job: BuildJob
        let command: Command
        let folder: FilePath

        func failure(_ id: String, _ message: String, hint: String? = nil) -> BuildFailure {
            .learner(id, message, hint: hint, file: job.file, range: command.range(of: source))
        }

        /// `curl --resolve`'s pins for a URL: public addresses only, so that nobody leads us elsewhere meanwhile.
        func pin(_ url: RemoteURL) async throws(BuildFailure) -> String? {
            guard job.request.network == .isolated else { return nil }
            // Behind a proxy the proxy looks names up; ours may not even have a name server.
            let proxied = ChildProcess.Command.hostEnvironment.contains {
                $0.lowercased().hasPrefix("\(url.scheme)_proxy=")
            }
            let addresses = await Blocking.run { () throws(Never) in PublicAddress.lookUp(url.host) }
            if addresses.isEmpty, proxied { return nil }
            guard !addresses.isEmpty else {
                throw failure(
                    "download-failed", "cannot fetch \(source): no address for \(url.host)",
                    hint: "check the name, and that the network can be reached: `lesson doctor`")
            }
            guard addresses.allSatisfy(\.isPublic) else {
                throw failure(
                    "private-address", "cannot fetch \(source): \(url.host) is a private address",
                    hint: "builds reach the Internet only, never this machine or its neighbours")
            }
            return "\(url.host):\(url.port):\(addresses.map(\.text).joined(separator: ","))"
        }

        func download() async throws(BuildFailure) -> RemoteFile {
            var address = source
            guard let first = RemoteURL(source) else { throw failure("bad-url", "not a URL: \(source)") }
            let file = folder.appending("download")
            for _ in 0...RemoteSource.redirectLimit {
                guard let url = RemoteURL(address), url.scheme == "http" || url.scheme == "https" else {
                    throw failure("download-failed", "cannot fetch \(source): it leads to \(address)")
                }
                let next = try await get(address, pin: try await pin(url), to: file)
                guard let next else { return try await finished(first, file) }
                address = next
            }
            throw failure(
                "download-failed", "cannot fetch \(source): more than \(RemoteSource.redirectLimit) redirects")
        }

        /// - Returns: Where a redirect leads; nil when the file is there.
        private func get(_ url: String, pin: String?, to file: FilePath) async throws(BuildFailure) -> String? {
            var arguments = [
                "--silent", "--show-error", "--fail", "--globoff", "--proto", "=http,https", "--max-redirs", "0",
                "--max-filesize", "\(job.request.limits.downloadBytes)", "--remote-time", "--output", file.string,
                "--write-out", "%{http_code} %{redirect_url}",
            ]
            if let pin { arguments += ["--resolve", pin] }
            let completion = try await run("curl", arguments + ["--", url])
            let words = String(decoding: completion.standardOutput, as: UTF8.self).split(separator: " ", maxSplits: 1)
            if words.count == 2, words[0].hasPrefix("3"), !words[1].isEmpty { return String(words[1]) }
            guard completion.ending == .exited(0) else {
                let reason =
                    String(decoding: completion.standardError.suffix(400), as: UTF8.self)
                    .split(separator: "\n").last.map(String.init) ?? "curl failed"
                throw failure("download-failed", "cannot fetch \(source): \(reason)", hint: "check the address")
            }
            return nil
        }

        private func finished(_ url: RemoteURL, _ file: FilePath) async throws(BuildFailure) -> RemoteFile {
            let folder = folder
            let result: Result<(Digest, FileStatus), LinuxError> = await Blocking.run { () throws(Never) in
                do throws(LinuxError) {
                    let root = try RootedDirectory(at: folder)
                    var hasher = FileHasher()
                    let file = try root.openRegularFile(FilePath("download"), followingLast: false).file
                    let digest = try hasher.digest(of: file, FilePath("download"))
                    return .success((digest, try root.status(FilePath("download"), followingLast: false)))
                } catch {
                    return .failure(error)
                }
            }
            switch result {
            case .failure(let error): throw .system(error, what: "cannot read what was fetched")
            case .success(let (digest, status)):
                if let wanted = request.checksum, wanted != digest.description {
                    throw failure(
                        "checksum-mismatch", "digest mismatch \(digest): \(wanted)",
                        hint: "the file at \(source) is not the one that was meant, or the checksum is for another")
                }
                return RemoteFile(
                    url: source, name: url.fileName, digest: digest, path: file, modified: status.modifiedSeconds,
                    size: status.size)
            }
        }

        // MARK: - git

        func clone() async throws(BuildFailure) -> GitCheckout {
            let (address, reference, subdirectory) = Self.parts(source)
            guard !reference.hasPrefix("-") else { throw failure("bad-url", "not a git reference: \(reference)") }
            var options = [
                "-c", "protocol.file.allow=never", "-c", "core.hooksPath=/dev/null", "-c", "http.followRedirects=false",
                "-c", "core.symlinks=true",
            ]
            guard let url = RemoteURL(address.hasPrefix("git@") ? Self.asURL(address) : address) else {
                throw failure("bad-url", "not a git repository's address: \(address)")
            }
            if let pin = try await pin(url), url.scheme.hasPrefix("http") {
                options += ["-c", "http.curloptResolve=\(pin)"]
            }
            let tree = folder.appending("tree")
            try await git(["init", "--quiet", tree.string])
            let wanted = reference.isEmpty ? "HEAD" : reference
            try await git(
                ["-C", tree.string] + options + [
                    "fetch", "--quiet", "--depth", "1", "--no-tags", "--", address, wanted,
                ])
            try await git(["-C", tree.string] + options + ["checkout", "--quiet", "--detach", "FETCH_HEAD"])
            let head = try await git(["-C", tree.string, "rev-parse", "HEAD"])
            let commit = String(decoding: head.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            if let wanted = request.checksum, !commit.hasPrefix(wanted.split(separator: ":").last ?? "") {
                throw failure("checksum-mismatch", "expected checksum to match \(wanted), got \(commit)")
            }
            do {
                let root = try RootedDirectory(at: tree)
                if !request.keepsGitDirectory { try root.remove(FilePath(".git")) }
                let inside = try root.resolve(FilePath("/").appending(subdirectory))
                return GitCheckout(
                    url: source, commit: commit + (request.keepsGitDirectory ? " .git" : "") + ":" + subdirectory,
                    path: tree.pushing(FilePath(root: nil, inside.components)))
            } catch {
                throw failure("copy-source-missing", "\"\(subdirectory)\" not found in \(address)")
            }
        }

        /// `address#reference:directory`
        private static func parts(_ source: String) -> (address: String, reference: String, directory: String) {
            let halves = source.split(separator: "#", maxSplits: 1).map(String.init)
            guard halves.count == 2 else { return (source, "", "") }
            let fragment = halves[1].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init)
            return (halves[0], fragment[0], fragment.count > 1 ? fragment[1] : "")
        }

        /// `git@host:path` as a URL.
        private static func asURL(_ address: String) -> String {
            let rest = address.dropFirst("git@".count)
            let parts = rest.split(separator: ":", maxSplits: 1)
            return "ssh://\(parts.first ?? "")/\(parts.count > 1 ? parts[1] : "")"
        }

        @discardableResult
        private func git(_ arguments: [String]) async throws(BuildFailure) -> [UInt8] {
            let completion = try await run("git", arguments)
            guard completion.ending == .exited(0) else {
                let reason =
                    String(decoding: completion.standardError.suffix(400), as: UTF8.self)
                    .split(separator: "\n").last.map(String.init) ?? "git failed"
                throw failure("download-failed", "cannot fetch \(source): \(reason)", hint: "check the address")
            }
            return completion.standardOutput
        }

        private func run(_ tool: String, _ arguments: [String]) async throws(BuildFailure) -> ChildProcess.Completion {
            let environment =
                ChildProcess.Command.hostEnvironment + [
                    "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0",
                    "GIT_ALLOW_PROTOCOL=http:https:ssh:git",
                ]
            var command = ChildProcess.Command(tool, arguments, environment: environment)
            command.newSession = true
            do {
                return try await ChildProcess.run(command, deadline: RemoteSource.deadline, outputLimit: 4 << 20)
            } catch {
                if error.errno == .noSuchFileOrDirectory {
                    throw .environment(
                        "missing-tool", "\(tool) is needed for ADD \(source), and is not installed",
                        hint: "install the package \(tool)", file: job.file, range: self.command.range)
                }
                throw .system(error, what: "cannot start \(tool)")
            }
        }
    }
}
