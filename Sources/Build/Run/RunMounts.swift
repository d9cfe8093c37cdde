import Diagnostics
import Dockerfile
import Images
import Linux
import OCI
import Sandbox
import SystemPackage

/// The mounts of a `RUN`, found: what they show, and what of it counts for the cache.
struct RunMounts: Sendable {
    /// Where files come from.
    enum Source: Sendable {
        case layers([SnapshotID])
        /// Files of a build context, already hashed.
        case files(CopyMatch, SourceRoot)
        case none
    }

    struct Entry: Sendable {
        var mount: Mount
        /// Absolute.
        var target: String
        var source: Source
        var origin: CopyOrigin
        /// The tree behind `from=`, for the key.
        var chain: Digest?
    }

    var entries: [Entry] = []

    /// Secrets that become variables.
    var environment: [String] = []

    /// Enters what decides about the result into a key: never a secret's value.
    func add(to key: inout StepKey, scope: String) {
        key.add(Int64(entries.count))
        for entry in entries {
            let mount = entry.mount
            key.add(mount.kind.rawValue)
            key.add(entry.target)
            key.add(mount.source)
            key.add(mount.id)
            key.add(mount.isReadOnly ? "ro" : "rw")
            key.add(mount.sharing?.rawValue ?? "")
            key.add(mount.environmentVariable ?? "")
            key.add(Int64(mount.mode.map { Int64($0) } ?? -1))
            key.add(Int64(mount.uid.map { Int64($0) } ?? -1))
            key.add(Int64(mount.gid.map { Int64($0) } ?? -1))
            key.add(mount.size ?? -1)
            key.add(entry.chain?.hex ?? "")
            if mount.kind == .cache { key.add(scope) }
            if case .files(let match, _) = entry.source { match.add(to: &key) }
        }
    }

    var origins: [MountOrigin] {
        entries.compactMap { entry in
            switch entry.mount.kind {
            case .bind: MountOrigin(from: entry.origin, source: entry.mount.source, target: entry.target)
            case .cache where entry.mount.from != nil:
                MountOrigin(from: entry.origin, source: entry.mount.source, target: entry.target)
            default: nil
            }
        }
    }
}

extension StageRunner {
    /// Finds what the mounts of a `RUN` show.
    mutating func mounts(of run: RunInstruction, command: Command) async throws(BuildFailure) -> RunMounts {
        var result = RunMounts()
        for mount in run.mounts {
            switch mount.kind {
            case .tmpfs:
                let target = try visibleTarget(mount, command: command)
                result.entries.append(RunMounts.Entry(mount: mount, target: target, source: .none, origin: .inline))
            case .ssh: try agent(mount, command: command, into: &result)
            case .secret: secret(mount, into: &result)
            case .cache, .bind: result.entries.append(try await tree(mount, command: command))
            }
        }
        return result
    }

    private func target(_ path: String) -> String { PathText.absolute(path, in: state.workingDirectory) }

    private func agent(_ mount: Mount, command: Command, into result: inout RunMounts) throws(BuildFailure) {
        guard mount.source.isEmpty else {
            throw .learner(
                "mount", "ssh does not support source", hint: "id= names the agent, target= the socket in the step",
                file: job.file, range: command.range)
        }
        var mount = mount
        if mount.id.isEmpty { mount.id = SSHAgents.defaultName }
        let count = result.entries.count { $0.mount.kind == .ssh }
        let target = mount.target.isEmpty ? "/run/buildkit/ssh_agent.\(count)" : target(mount.target)
        result.entries.append(RunMounts.Entry(mount: mount, target: target, source: .none, origin: .inline))
        if count == 0, state.environment["SSH_AUTH_SOCK"] == nil {
            result.environment.append("SSH_AUTH_SOCK=\(target)")
        }
    }

    private func secret(_ mount: Mount, into result: inout RunMounts) {
        var mount = mount
        if mount.id.isEmpty { mount.id = mount.source.isEmpty ? PathText.name(mount.target) : mount.source }
        let secret = job.request.secrets[mount.id]
        if secret == nil, !mount.isRequired { return }
        if let name = mount.environmentVariable {
            if let secret {
                result.environment.append("\(name)=\(String(decoding: secret.bytes, as: UTF8.self))")
            }
            if mount.target.isEmpty {
                mount.target = ""
                result.entries.append(RunMounts.Entry(mount: mount, target: "", source: .none, origin: .inline))
                return
            }
        }
        let target = mount.target.isEmpty ? "/run/secrets/\(PathText.name(mount.id))" : target(mount.target)
        result.entries.append(RunMounts.Entry(mount: mount, target: target, source: .none, origin: .inline))
    }

    /// Where a mount is to be seen, which is not the whole root.
    private func visibleTarget(_ mount: Mount, command: Command) throws(BuildFailure) -> String {
        let target = target(mount.target)
        guard target != "/" else {
            throw .learner(
                "mount", "invalid mount target \"/\"",
                hint: "say where it is to be seen: --mount=type=\(mount.kind.rawValue),target=/directory",
                file: job.file, range: command.range.starting(at: command.flags.first?.range))
        }
        return target
    }

    private mutating func tree(_ mount: Mount, command: Command) async throws(BuildFailure) -> RunMounts.Entry {
        let target = try visibleTarget(mount, command: command)
        guard let from = mount.from else {
            if mount.kind == .cache {
                return RunMounts.Entry(mount: mount, target: target, source: .none, origin: .inline)
            }
            return try await contextFiles(mount, target: target, root: job.context, origin: .context, command: command)
        }
        let origin = try job.graph.origin(from, from: index, command: command, file: job.file)
        if case .context(let name) = origin {
            return try await contextFiles(
                mount, target: target, root: try namedContext(name), origin: .namedContext(name), command: command)
        }
        let (layers, chain, copyOrigin) = try await layers(of: origin, range: command.range)
        return RunMounts.Entry(
            mount: mount, target: target, source: .layers(layers), origin: copyOrigin, chain: chain)
    }

    private func contextFiles(
        _ mount: Mount, target: String, root: SourceRoot?, origin: CopyOrigin, command: Command
    ) async throws(BuildFailure) -> RunMounts.Entry {
        guard let root else {
            throw .learner(
                "no-context", "there is no build context to mount", file: job.file, range: command.range)
        }
        let limits = job.request.limits
        let source = PathText.absolute(mount.source, in: "/")
        do throws(CopyError) {
            let match = try await Blocking.run { () throws(CopyError) -> CopyMatch in
                var planner = CopyPlanner(root: root)
                planner.fileLimit = limits.contextFiles
                var match = try planner.match(FilePath(source))
                if match.bytes > limits.contextBytes { throw .tooManyBytes(limits.contextBytes) }
                try ContentHashing.fill(&match, in: root.directory)
                return match
            }
            if origin == .context { try job.note(contextMatch: match) }
            return RunMounts.Entry(mount: mount, target: target, source: .files(match, root), origin: origin)
        } catch {
            throw CopyFailure(
                error: error, file: job.file, command: command, place: Self.words(for: origin, job: job), root: root,
                sources: [mount.source], contextPath: job.request.context?.string
            ).failure
        }
    }
}
