import Diagnostics
import Dockerfile
import Images
import Linux
import OCI
import Sandbox
import SystemPackage

/// Lays out what the mounts of one `RUN` show, and clears it away again.
struct MountStage {
    let job: BuildJob
    let command: Command
    private var pendings: [PendingSnapshot] = []
    private var overlays: [LayerTree] = []
    private var caches = CacheMountHolds()
    private var proxies: [AgentProxy] = []

    init(job: BuildJob, command: Command) {
        self.job = job
        self.command = command
    }

    /// Makes the mounts ready.
    mutating func prepare(
        _ mounts: RunMounts, script: (name: String, content: [UInt8])?
    ) async throws(BuildFailure) -> [SandboxMount] {
        var result: [SandboxMount] = []
        do {
            try await caches.take(mounts.entries, job: job)
            for entry in mounts.entries {
                if let mount = try await prepare(entry) { result.append(mount) }
            }
            if let script {
                let directory = try await job.views.place()
                let root = try RootedDirectory(at: directory)
                try root.writeFile(FilePath(script.name), script.content, mode: 0o755)
                try job.ownership.set(FilePath(script.name), uid: 0, gid: 0, kind: .regular, in: root)
                result.append(
                    SandboxMount(
                        target: RunCommand.scriptDirectory, kind: .bind(source: directory, readOnly: true)))
            }
        } catch let error as BuildFailure {
            throw error
        } catch let error as LinuxError {
            throw .system(error, what: "cannot prepare a mount")
        } catch let error as ImageError {
            throw .images(error)
        } catch let error as CopyError {
            throw CopyFailure(error: error, file: job.file, command: command).failure
        } catch {
            throw .environment("system", "\(error)")
        }
        return result
    }

    /// Clears everything away but what cache mounts keep.
    func release() async {
        await Blocking.run { () throws(Never) in
            for proxy in proxies { proxy.close() }
            for overlay in overlays { overlay.unmount() }
            for pending in pendings { job.store.discard(pending) }
            caches.release(to: job.store)
        }
    }

    private mutating func prepare(_ entry: RunMounts.Entry) async throws -> SandboxMount? {
        let mount = entry.mount
        switch mount.kind {
        case .ssh: return try await agent(entry)
        case .tmpfs: return SandboxMount(target: entry.target, kind: .tmpfs(size: mount.size))
        case .secret: return try await secret(entry)
        case .cache: return try await cache(entry)
        case .bind: return try await bind(entry)
        }
    }

    private func secret(_ entry: RunMounts.Entry) async throws -> SandboxMount? {
        guard let secret = job.request.secrets[entry.mount.id] else {
            guard entry.mount.isRequired else { return nil }
            throw BuildFailure.learner(
                "secret-missing", "secret \(entry.mount.id): not found",
                hint: "pass it with --secret id=\(entry.mount.id),src=FILE", file: job.file, range: command.range)
        }
        guard !entry.target.isEmpty else { return nil }
        // In the engine's own tmpfs: never on a disk.
        let directory = try await job.views.place()
        let root = try RootedDirectory(at: directory)
        let name = FilePath("secret")
        try root.writeFile(name, secret.bytes, mode: entry.mount.mode ?? 0o400)
        try job.ownership.set(
            name, uid: entry.mount.uid ?? 0, gid: entry.mount.gid ?? 0, kind: .regular, in: root)
        return SandboxMount(target: entry.target, kind: .bind(source: directory.pushing(name), readOnly: true))
    }

    /// A socket that leads to the agent by way of a proxy, which the step's end closes.
    private mutating func agent(_ entry: RunMounts.Entry) async throws -> SandboxMount? {
        let mount = entry.mount
        guard let upstream = try await job.agents.socket(of: mount.id) else {
            guard mount.isRequired else { return nil }
            throw BuildFailure.learner(
                "ssh-missing", "no SSH key \(GoQuote.quote(mount.id)) forwarded from the client",
                hint: "pass your agent on with docker build --ssh \(mount.id)", file: job.file, range: command.range)
        }
        let directory = try await job.views.place()
        let root = try RootedDirectory(at: directory)
        let name = FilePath("agent")
        let proxy = try AgentProxy(name, in: root, upstream: upstream)
        proxies.append(proxy)
        try root.setMode(name, mount.mode ?? 0o600)
        try job.ownership.set(name, uid: mount.uid ?? 0, gid: mount.gid ?? 0, kind: .socket, in: root)
        try proxy.start()
        return SandboxMount(
            target: entry.target, kind: .bind(source: directory.pushing(name), readOnly: true), noExecute: true)
    }

    private mutating func bind(_ entry: RunMounts.Entry) async throws -> SandboxMount? {
        let source = FilePath(PathText.absolute(entry.mount.source, in: "/"))
        switch entry.source {
        case .none: return nil
        case .layers(let layers):
            var root: RootedDirectory
            var base: FilePath
            if entry.mount.isReadOnly || layers.isEmpty {
                let view = try await job.views.view(of: layers)
                (root, base) = (view.root, view.path)
            } else {
                // Changes are seen by this step and then forgotten.
                let pending = try job.store.begin()
                pendings.append(pending)
                let point = try await job.views.place()
                let overlay = try job.layering.tree(
                    layers.map { job.store.directory(of: $0) }, upper: pending.upper, work: pending.work, at: point)
                overlays.append(overlay)
                (root, base) = (overlay.root, point)
            }
            let path: FilePath
            do {
                path = try root.resolve(source)
            } catch {
                throw CopyFailure(
                    error: .missing(source.string), file: job.file, command: command,
                    place: StageRunner.words(for: entry.origin, job: job),
                    root: SourceRoot(directory: root, ignore: nil, keepsOwners: true, ownership: job.ownership),
                    sources: [entry.mount.source]
                ).failure
            }
            return SandboxMount(
                target: entry.target,
                kind: .bind(
                    source: base.pushing(FilePath(root: nil, path.components)), readOnly: entry.mount.isReadOnly))
        case .files(let match, let root):
            // A copy: the files then belong to the container's root, what is ignored is not there, and nothing that
            // the step does reaches the context.
            let pending = try job.store.begin()
            pendings.append(pending)
            let ownership = job.ownership
            let name = match.isDirectory ? "" : match.name.lastComponent?.string ?? "file"
            let path = try await Blocking.run { () throws -> FilePath in
                let target = try RootedDirectory(at: pending.upper)
                var copier = FileCopier(target: target, ownership: ownership)
                return try copier.copy(match, from: root.directory, to: match.isDirectory ? "/" : "/\(name)")
            }
            return SandboxMount(
                target: entry.target,
                kind: .bind(
                    source: pending.upper.pushing(FilePath(root: nil, path.components)),
                    readOnly: entry.mount.isReadOnly))
        }
    }

    private func cache(_ entry: RunMounts.Entry) async throws -> SandboxMount {
        let mount = entry.mount
        var seed: (root: RootedDirectory, path: FilePath)?
        if case .layers(let layers) = entry.source {
            let view = try await job.views.view(of: layers)
            seed = (view.root, FilePath(PathText.absolute(mount.source, in: "/")))
        }
        let (seeded, held, job) = (seed, caches, job)
        let directory = try await Blocking.run {
            try held.directory(of: CacheMount(entry, scope: job.request.cacheMountScope), seed: seeded, job: job)
        }
        return SandboxMount(target: entry.target, kind: .bind(source: directory, readOnly: mount.isReadOnly))
    }
}
