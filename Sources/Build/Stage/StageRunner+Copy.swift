import Diagnostics
import Dockerfile
import Images
import Linux
import OCI
import SystemPackage

extension StageRunner {
    /// `COPY` and `ADD`.
    mutating func perform(
        _ request: CopyRequest, command: Command, step: RunningStep, record: inout StepRecord
    ) async throws(BuildFailure) {
        let mode: ModeChange?
        do {
            mode = try request.chmod.map { (text) throws(InstructionError) in try ModeChange(text) }
            try RemoteSource.check(request)
        } catch {
            throw .instruction(error, file: job.file, command: command)
        }
        let destination = PathText.destination(request.destination, in: state.workingDirectory)
        let history = request.historyText

        // Where from.
        var origin = CopyOrigin.context
        var place = "the build context"
        var root = job.context
        var fast: Digest?
        if let from = request.from {
            let named = try job.graph.origin(from, from: index, command: command, file: job.file)
            if case .context(let name) = named {
                origin = .namedContext(name)
                place = "the build context \(name)"
                root = try namedContext(name)
            } else {
                let (layers, chain, copyOrigin) = try await layers(of: named, range: command.lines(at: from))
                origin = copyOrigin
                place = Self.words(for: copyOrigin, job: job)
                var key = StepKey("copy-by-name")
                key.add(request.isLinked ? StepKey.scratch : state.chain)
                key.add(chain)
                request.add(to: &key, destination: destination)
                key.add(request.sources)
                key.add(job.clock.epoch ?? -1)
                let digest = key.finish()
                fast = digest
                // Files of the same stage under the same names: no need to look at them.
                if !request.isLinked, try take(digest, history: history, record: &record) {
                    Self.relabel(&record.sources, origin)
                    return
                }
                root = try await job.source(of: layers)
            }
        }

        var plan = try await plan(request, root: root, place: place, command: command)
        for pattern in plan.empty {
            job.warn(
                "copy-matched-nothing", "\(pattern) matches nothing in \(place): nothing is copied",
                hint: "check the name, and whether .dockerignore leaves the files out",
                range: command.range(of: pattern))
        }
        warnAboutOverwriting(plan, request, destination: destination, command: command)

        let job = job
        let layers = request.isLinked ? [] : state.layers.map { job.store.directory(of: $0) }
        var work = CopyWork(
            request: request, plan: plan, origin: origin, destination: destination, mode: mode, layers: layers,
            root: root, place: place, command: command)
        var ahead: LayerAhead?
        if let looks = looks(of: plan, request, destination: destination) {
            if try !isKnown(looks) { ahead = try LayerAhead(work, over: state.layers, job: job) }
            fast = fast ?? looks
        }
        do {
            try await hash(&plan, in: root, origin: origin) { [work] in work.failure($0, job) }
            work.plan = plan
            var key = StepKey("copy")
            key.add(state.chain)
            request.add(to: &key, destination: destination)
            plan.add(to: &key)
            key.add(job.clock.epoch ?? -1)
            let ready = work
            try await layer(
                key.finish(), alias: request.isLinked ? nil : fast, history: history, isLinked: request.isLinked,
                plan: plan, ahead: ahead, record: &record,
                isAsKeyed: { job.isUnchanged(ready.plan.firstChanged(in: ready.root), range: command.range) }
            ) {
                pending async throws(BuildFailure) -> [CopySource] in
                try await ready.write(pending, job: job)
            }
        } catch {
            await ahead?.discard()
            throw error
        }
        await ahead?.discard()
        Self.relabel(&record.sources, origin)
    }

    /// The key of what a large copy looks like, by which it is told whether it was made before; nil where its layer is
    /// only written once its files are hashed.
    private func looks(of plan: CopyPlan, _ request: CopyRequest, destination: String) -> Digest? {
        // An owner that the image does not know is warned of, once it is known that the layer has to be made.
        guard job.sandbox != nil, !request.isAdd, !request.isLinked, request.chown == nil,
            plan.isLarge(atMost: job.request.limits.contextBytes)
        else { return nil }
        var key = StepKey("copy-by-looks")
        key.add(state.chain)
        request.add(to: &key, destination: destination)
        plan.addLooks(to: &key)
        key.add(job.clock.epoch ?? -1)
        return key.finish()
    }

    private func isKnown(_ looks: Digest) throws(BuildFailure) -> Bool {
        guard !job.request.noCache else { return false }
        do throws(ImageError) { return try job.store.cachedStep(looks) != nil } catch { throw .images(error) }
    }

    /// Hashes the sources, and enters those of the context into the record.
    private func hash(
        _ plan: inout CopyPlan, in root: SourceRoot?, origin: CopyOrigin, failure: (CopyError) -> BuildFailure
    ) async throws(BuildFailure) {
        guard let root else { return }
        do throws(CopyError) {
            plan = try await Blocking.run { [plan] () throws(CopyError) -> CopyPlan in
                var plan = plan
                try plan.hash(in: root)
                return plan
            }
            guard origin == .context else { return }
            for item in plan.items {
                switch item {
                case .match(let match), .archive(let match): try job.note(contextMatch: match)
                case .download, .repository: continue
                }
            }
        } catch {
            throw failure(error)
        }
    }

    /// Finds the sources.
    private func plan(
        _ request: CopyRequest, root: SourceRoot?, place: String, command: Command
    ) async throws(BuildFailure) -> CopyPlan {
        var plan = CopyPlan()
        for source in request.sources {
            if request.isAdd, RemoteSource.isRemote(source) {
                guard job.sandbox != nil else { throw .cacheMiss }
                plan.items.append(try await RemoteSource.fetch(source, request, job: job, command: command))
                continue
            }
            guard let root else {
                throw .learner(
                    "copy-source-missing", "\"\(source)\" not found: there is no build context",
                    hint: "give docker build a folder, as in docker build .", file: job.file,
                    range: command.lines(at: source))
            }
            let limits = job.request.limits
            let before = plan
            do throws(CopyError) {
                plan = try await Blocking.run { () throws(CopyError) -> CopyPlan in
                    var plan = before
                    try plan.find(source, of: request, in: root, limits: limits)
                    return plan
                }
            } catch {
                throw CopyFailure(
                    error: error, file: job.file, command: command, place: place, root: root,
                    sources: request.sources, contextPath: job.request.context?.string
                ).failure
            }
        }
        return plan
    }

    /// A folder given with `--build-context`.
    func namedContext(_ name: String) throws(BuildFailure) -> SourceRoot {
        let named = job.request.namedContexts.first { $0.key.lowercased() == name.lowercased() }
        guard case .directory(let path)? = named?.value else {
            throw .environment("named-context", "there is no build context \(name)")
        }
        var root = try ContextOpening.open(path, ownership: job.ownership, ignore: nil, substitutions: [:])
        let ignoreFile = FilePath(".dockerignore")
        if let bytes = try? root.directory.readFile(ignoreFile, limit: 16 << 20) {
            do {
                root.ignore = try IgnorePatterns.parse(bytes, file: path.appending(".dockerignore").string)
            } catch {
                throw BuildFailure(error, file: path.appending(".dockerignore").string)
            }
        }
        return root
    }

    /// Makes a folder given with `--build-context` the base of a stage.
    mutating func copyContext(named name: String) async throws(BuildFailure) {
        let root = try namedContext(name)
        var request = CopyRequest(CopyInstruction(destination: "/"))
        request.sources = ["."]
        var plan = CopyPlan()
        let limits = job.request.limits
        do throws(CopyError) {
            plan = try await Blocking.run { [request] () throws(CopyError) -> CopyPlan in
                var plan = CopyPlan()
                try plan.find(".", of: request, in: root, limits: limits)
                try plan.hash(in: root)
                return plan
            }
        } catch {
            throw CopyFailure(error: error, file: job.file, place: "the build context \(name)", root: root).failure
        }
        var key = StepKey("context")
        plan.add(to: &key)
        let work = CopyWork(
            request: request, plan: plan, origin: .namedContext(name), destination: "/", mode: nil, layers: [],
            root: root, place: "the build context \(name)", command: nil)
        var entry = StepRecord(kind: "FROM", line: record.line, endLine: record.line, text: "FROM \(name)")
        let job = job
        try await layer(
            key.finish(), history: "FROM \(name) # buildkit", record: &entry,
            isAsKeyed: { job.isUnchanged(work.plan.firstChanged(in: root), range: nil) }
        ) {
            pending async throws(BuildFailure) -> [CopySource] in
            try await work.write(pending, job: job)
        }
    }

    private func warnAboutOverwriting(
        _ plan: CopyPlan, _ request: CopyRequest, destination: String, command: Command
    ) {
        guard plan.items.count + request.inlineSources.count > 1, !destination.hasSuffix("/"), destination != "/",
            !request.parents, destination != state.workingDirectory
        else { return }
        let files = plan.items.filter { item in
            if case .match(let match) = item { !match.isDirectory } else { false }
        }
        guard files.count == plan.items.count else { return }
        job.warn(
            "copy-many-to-one", "several sources and a destination that does not end with /: only the last is kept",
            hint: "write \(request.destination)/ to copy them into a directory",
            range: command.range(of: request.destination))
    }

    /// A layer found in the cache may have been made from another stage with the same content.
    private static func relabel(_ sources: inout [CopySource], _ origin: CopyOrigin) {
        for index in sources.indices {
            switch sources[index].from {
            case .inline, .url, .git: continue
            default: sources[index].from = origin
            }
        }
    }

    static func words(for origin: CopyOrigin, job: BuildJob) -> String {
        switch origin {
        case .stage(let index):
            job.graph.vertices[index].stage.name.map { "stage \($0)" } ?? "stage \(index)"
        case .image(let name): "the image \(name)"
        case .namedContext(let name): "the build context \(name)"
        default: "the build context"
        }
    }
}
