import Diagnostics
import Images
import Linux
import OCI
import SystemPackage

extension StageRunner {
    /// The layer of a step: out of the cache, or made, at most once at a time in this machine.
    /// - Parameters:
    ///   - key: Everything the result depends on.
    ///   - alias: A second, cheaper key that leads here, too.
    ///   - isLinked: The layer has nothing to do with those below it.
    ///   - plan: Of a `COPY`: what it takes. Its key is about content, so a layer of the cache may have been made from
    ///     other places; the record is to name those of this build.
    ///   - ahead: The layer, being written already.
    ///   - isAsKeyed: Whether what `key` was made of is still the same, asked once the layer is filled: else the layer may
    ///     not be what its key says, and is this build's alone.
    ///   - make: Fills the layer.
    mutating func layer(
        _ key: Digest, alias: Digest? = nil, history: String, isLinked: Bool = false, plan: CopyPlan? = nil,
        ahead: LayerAhead? = nil, record: inout StepRecord,
        isAsKeyed: @escaping @Sendable () -> Bool = { true },
        make: @Sendable (PendingSnapshot) async throws(BuildFailure) -> [CopySource]
    ) async throws(BuildFailure) {
        if try take(key, alias: alias, history: history, plan: plan, record: &record) { return }
        guard job.sandbox != nil else { throw .cacheMiss }
        let store = job.store
        let noCache = job.request.noCache
        let clock = job.clock
        let parents = isLinked ? [] : state.layers
        let made: (SnapshotID, StepMemory, Bool)
        do {
            made = try await store.withStepLock(key) { () async throws -> (SnapshotID, StepMemory, Bool) in
                // Somebody else may have made it while this build waited.
                if !noCache, let cached = try store.cachedStep(key), let snapshot = cached.snapshot,
                    var memory = StepMemory(bytes: cached.extra)
                {
                    plan?.name(&memory.sources)
                    return (snapshot, memory, true)
                }
                // What the step stands on is looked at while it runs.
                let look = Task { () async -> Result<Void, ImageError> in
                    do throws(ImageError) {
                        return .success(try await store.verifyAside(parents))
                    } catch {
                        return .failure(error)
                    }
                }
                let written = await ahead?.take()
                let pending = try written?.pending ?? store.begin(over: parents)
                let sources: [CopySource]
                do {
                    sources = if let written { written.sources } else { try await make(pending) }
                    if let epoch = clock.epoch { try TimeClamp.apply(to: pending.upper, notAfter: epoch) }
                    if Task.isCancelled { throw BuildFailure.cancelled }
                    try await look.value.get()
                } catch {
                    store.discard(pending)
                    // A program that failed because it was damaged is not at fault.
                    if !Task.isCancelled { try await look.value.get() }
                    throw error
                }
                let isAsKeyed = await Blocking.run { () throws(Never) in isAsKeyed() }
                let snapshot = try await store.commit(pending)
                guard isAsKeyed else {
                    let chain = StepKey.own(of: snapshot.description)
                    return (snapshot, StepMemory(chain: chain, made: clock.now, sources: sources), false)
                }
                let memory = StepMemory(chain: key, made: clock.now, sources: sources)
                try store.recordStep(key, CachedStep(snapshot: snapshot, extra: memory.bytes))
                return (snapshot, memory, false)
            }
            if let alias, alias != key, made.1.chain == key {
                try store.recordStep(alias, CachedStep(snapshot: made.0, extra: made.1.bytes))
            }
        } catch let error as BuildFailure {
            throw error
        } catch let error as ImageError {
            throw .images(error)
        } catch let error as LinuxError {
            throw .system(error, what: "cannot keep the layer")
        } catch is CancellationError {
            throw .cancelled
        } catch {
            throw .environment("store", "\(error)")
        }
        record.snapshot = made.0
        record.sources = made.1.sources
        record.cached = made.2
        state.push(made.0, chain: made.1.chain, made: made.1.made, history: history)
    }

    /// Looks a step up.
    /// - Returns: Whether it was there; state and record then hold it.
    mutating func take(
        _ key: Digest, alias: Digest? = nil, history: String, plan: CopyPlan? = nil, record: inout StepRecord
    ) throws(BuildFailure) -> Bool {
        guard !job.request.noCache else { return false }
        do {
            // An entry that cannot be read is no entry.
            guard let cached = try job.store.cachedStep(key), let snapshot = cached.snapshot,
                var memory = StepMemory(bytes: cached.extra)
            else { return false }
            plan?.name(&memory.sources)
            if let alias, alias != key {
                try job.store.recordStep(alias, CachedStep(snapshot: snapshot, extra: memory.bytes))
            }
            record.snapshot = snapshot
            record.sources = memory.sources
            record.cached = true
            state.push(snapshot, chain: memory.chain, made: memory.made, history: history)
            return true
        } catch {
            throw .images(error)
        }
    }

    /// Opens a layer that is being made as a tree on top of the layers so far.
    static func merged(
        _ pending: PendingSnapshot, over layers: [FilePath], at point: FilePath, job: BuildJob
    ) throws(LinuxError) -> (root: RootedDirectory, mount: LayerTree?) {
        guard !layers.isEmpty else { return (try RootedDirectory(at: pending.upper), nil) }
        let mount = try job.layering.tree(layers, upper: pending.upper, work: pending.work, at: point)
        return (mount.root, mount)
    }

    /// Makes the working directory, owned by the user that is set.
    mutating func perform(
        workdir path: String, step: RunningStep, record: inout StepRecord
    ) async throws(BuildFailure) {
        guard state.setWorkingDirectory(path) else {
            state.commit("WORKDIR /", makesLayer: false)
            record.cached = true
            return
        }
        state.hasMadeDirectory = true
        let directory = state.workingDirectory
        let user = state.configuration.config.user
        var key = StepKey("workdir")
        key.add(state.chain)
        key.add(directory)
        key.add(user)
        key.add(job.clock.epoch ?? -1)
        let job = job
        let layers = state.layers.map { job.store.directory(of: $0) }
        try await layer(key.finish(), history: "WORKDIR \(directory)", record: &record) {
            pending async throws(BuildFailure) -> [CopySource] in
            try await StageRunner.makeDirectory(directory, user: user, in: pending, over: layers, job: job)
            return []
        }
    }

    static func makeDirectory(
        _ directory: String, user: String, in pending: PendingSnapshot, over layers: [FilePath], job: BuildJob
    ) async throws(BuildFailure) {
        do {
            let point = try await job.views.place()
            let ownership = job.ownership
            try await Blocking.run {
                let (root, mount) = try StageRunner.merged(pending, over: layers, at: point, job: job)
                var copier = FileCopier(target: root, ownership: ownership)
                if !user.isEmpty { copier.owner = Chown(user).resolve(in: root).owner }
                try copier.makeDirectories(directory)
                try mount?.finish()
            }
        } catch let error as CopyError {
            throw CopyFailure(error: error).failure
        } catch let error as LinuxError {
            throw .system(error, what: "cannot make the working directory")
        } catch {
            throw .environment("system", "\(error)")
        }
    }
}
