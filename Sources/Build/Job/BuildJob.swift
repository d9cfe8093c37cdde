import Diagnostics
import Dockerfile
import Images
import Linux
import OCI
import Sandbox
import Synchronization
import SystemPackage

/// One build on its way: what all its stages share. Immutable but for what it collects.
final class BuildJob: Sendable {
    let request: BuildRequest
    let dockerfile: Dockerfile
    let graph: StageGraph
    let globals: GlobalArguments
    let targetPlatform: PlatformName
    let buildPlatform: PlatformName
    let clock: BuildClock
    let store: Store
    /// nil when steps are only looked up.
    let sandbox: Sandbox?
    let layering: Layering
    let ownership: Ownership
    let images: BaseImageLoader
    let views: TreeViews
    let agents: SSHAgents
    let scheduler = StageScheduler()
    let permits: Permits
    let reporter: BuildReporter
    /// The build context, without what is ignored.
    let context: SourceRoot?
    let proxies: ProxyVariables
    /// What the lint has to say.
    let lint: [Diagnostic]

    /// Digests of the context files that were taken.
    private let contextFiles = Mutex<[String: String]>([:])
    /// Folders that are thrown away with the build.
    private let spools = Mutex<[PendingSnapshot]>([])
    private let contextBytes = Atomic<Int64>(0)
    private let cpuNanoseconds = Atomic<Int64>(0)
    private let contextFileCount = Atomic<Int>(0)
    private let proxyLookup = Mutex<Task<[[UInt8]], Never>?>(nil)

    var file: String { request.dockerfileName }

    init(
        request: BuildRequest, dockerfile: Dockerfile, graph: StageGraph, globals: GlobalArguments,
        targetPlatform: PlatformName, buildPlatform: PlatformName, clock: BuildClock, engine: Builder,
        images: BaseImageLoader, views: TreeViews, reporter: BuildReporter, context: SourceRoot?,
        lint: [Diagnostic]
    ) {
        self.request = request
        self.dockerfile = dockerfile
        self.graph = graph
        self.globals = globals
        self.targetPlatform = targetPlatform
        self.buildPlatform = buildPlatform
        self.clock = clock
        store = engine.store
        sandbox = engine.sandbox
        layering = engine.layering
        ownership = Ownership(mapping: engine.store.ids)
        self.images = images
        self.views = views
        agents = SSHAgents(request.agents, views: views)
        self.reporter = reporter
        self.context = context
        self.lint = lint
        permits = Permits(request.parallelism ?? Cores.count)
        proxies = ProxyVariables(buildArguments: request.buildArguments)
    }

    /// Enters files of the context into the record, and counts them against the limits.
    func note(contextMatch match: CopyMatch) throws(CopyError) {
        var bytes: Int64 = 0
        let top = SourceRoot.relative(match.path)
        let prefix = top.isEmpty ? "" : top + "/"
        contextFiles.withLock { files in
            for entry in match.entries where entry.kind == .regular {
                bytes = bytes.addingSize(entry.size)
                guard let content = entry.content else { continue }
                files[entry.path.isEmpty ? top : prefix + entry.path.string] = content.hex
            }
        }
        let total = contextBytes.add(bytes, ordering: .relaxed).newValue
        guard total <= request.limits.contextBytes else { throw .tooManyBytes(request.limits.contextBytes) }
        let count = contextFileCount.add(match.entries.count, ordering: .relaxed).newValue
        guard count <= request.limits.contextFiles else { throw .tooManyFiles(request.limits.contextFiles) }
    }

    /// What the steps so far took of the processors.
    var cpu: Duration { .nanoseconds(cpuNanoseconds.load(ordering: .relaxed)) }

    /// Counts what a step took of the processors.
    func spend(_ cpu: Duration) {
        cpuNanoseconds.add(cpu.nanoseconds, ordering: .relaxed)
    }

    /// Throws a folder away when the build is over.
    func keep(_ pending: PendingSnapshot) { spools.withLock { $0.append(pending) } }

    /// Throws away what the build kept for itself.
    func release() {
        let pendings = spools.withLock { spools in
            defer { spools = [] }
            return spools
        }
        for pending in pendings { store.discard(pending) }
    }

    /// The IPv4 addresses of the proxies, looked up when a step first needs them.
    func proxyAddresses() async -> [[UInt8]] {
        let lookup = proxyLookup.withLock { lookup in
            if let lookup { return lookup }
            let started = Task { [proxies] in await proxies.addresses() }
            lookup = started
            return started
        }
        return await lookup.value
    }

    var usedContextFiles: [String: String] { contextFiles.withLock { $0 } }

    func warn(_ id: String, _ message: String, hint: String? = nil, range: SourceRange?) {
        reporter.warn(
            Diagnostic(id: id, severity: .warning, file: file, range: range, message: message, hint: hint))
    }

    /// The tree of a stage or an image as a place to copy from.
    func source(of layers: [SnapshotID]) async throws(BuildFailure) -> SourceRoot {
        do {
            let view = try await views.view(of: layers)
            return SourceRoot(directory: view.root, ignore: nil, keepsOwners: true, ownership: ownership)
        } catch {
            throw .looking(error, what: "cannot look into the layers of an earlier step")
        }
    }
}
