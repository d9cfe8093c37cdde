import Diagnostics
import Dockerfile
import Images
import Linux
import SystemPackage

extension RemoteSource {
    /// Fetches a file, or finds out which commit of a repository is meant, under the rules of the build's network.
    static func fetch(
        _ source: String, _ request: CopyRequest, job: BuildJob, command: Command
    ) async throws(BuildFailure) -> CopyPlan.Item {
        let range = command.range(of: source)
        guard job.request.network != .none else {
            throw .learner(
                "no-network", "cannot fetch \(source): this build has no network",
                hint: "put the file beside the Dockerfile and COPY it", file: job.file, range: range)
        }
        do throws(BuildFailure) {
            let pending = try begin(job)
            var access = RemoteAccess(
                network: job.request.network, byteLimit: job.request.limits.downloadBytes,
                fileLimit: job.request.limits.contextFiles, folder: pending.upper)
            guard GitAddress.isGit(source) else {
                return .download(try await access.download(source, checksum: request.checksum))
            }
            let address: GitAddress
            do {
                address = try RemoteSource.address(source, request)
            } catch {
                throw .instruction(error, file: job.file, command: command)
            }
            if address.url.scheme == "ssh" { access.agent = try await job.agents.socket(of: SSHAgents.defaultName) }
            let repository = GitRepository(address: address, access: access, source: source)
            return .repository(
                GitCheckout(
                    url: source, repository: repository, commit: try await repository.resolve(),
                    keepsGitDirectory: address.keepsGitDirectory ?? false))
        } catch {
            throw error.placed(file: job.file, range: range)
        }
    }

    private static func begin(_ job: BuildJob) throws(BuildFailure) -> PendingSnapshot {
        do {
            let pending = try job.store.begin()
            job.keep(pending)
            return pending
        } catch {
            throw .images(error)
        }
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

    /// Copies the files of a commit, which lie in `tree`.
    static func write(
        _ checkout: GitCheckout, in tree: FilePath, with copier: inout FileCopier, to destination: String,
        request: CopyRequest, job: BuildJob
    ) throws(CopyError) -> CopySource {
        let directory: RootedDirectory
        do {
            directory = try RootedDirectory(at: tree)
        } catch {
            throw .system(error)
        }
        let root = SourceRoot(directory: directory, ignore: nil, keepsOwners: false, ownership: job.ownership)
        var planner = CopyPlanner(root: root)
        planner.fileLimit = job.request.limits.contextFiles
        do {
            if !request.excludes.isEmpty { planner.excludes = try IgnorePatterns(patterns: request.excludes) }
        } catch {
            throw .other("\(error)")
        }
        let match = try planner.match(FilePath("/"))
        let path = try copier.copy(match, from: directory, to: destination)
        return CopySource(from: .git, path: checkout.url, destination: path.string, isDirectory: true)
    }
}
