import Diagnostics
import Dockerfile
package import Images
import Linux
import OCI
package import Sandbox
import SystemPackage

/// Builds images: Dockerfile → stages → cached steps → layers and a configuration.
package struct Builder: Sendable {
    let store: Store
    /// What runs steps; nil in a builder that only looks them up.
    let sandbox: Sandbox?
    let layering: Layering
    private let lookup: BaseImageLookup

    /// - Parameters:
    ///   - sandbox: Runs steps. Without one a build fails at the first step that is not in the cache, before anything is
    ///     run, mounted or written: it needs no namespaces.
    ///   - lookup: Finds the images that `FROM`, `COPY --from` and `RUN --mount` name.
    package init(store: Store, sandbox: Sandbox?, lookup: @escaping BaseImageLookup) {
        self.store = store
        self.sandbox = sandbox
        layering = sandbox?.context.layering ?? Layering()
        self.lookup = lookup
    }

    /// Builds.
    ///
    /// Cancelling the task stops everything that was started and leaves nothing behind.
    /// - Parameter events: Gets what happens, from several threads, one event at a time for each step.
    package func build(
        _ request: BuildRequest, events: @escaping @Sendable (BuildEvent) -> Void = { _ in }
    ) async throws(BuildFailure) -> BuildResult {
        let reporter = BuildReporter(emit: events)
        var damages = 0
        while true {
            do throws(BuildFailure) {
                return try await build(request, reporter: reporter)
            } catch {
                // The store has forgotten what was damaged, so the next try makes it anew; a disk that damages
                // everything is not to keep us here.
                damages += 1
                guard error.isDamage, sandbox != nil, damages < 8, !Task.isCancelled else {
                    var failure = error
                    if failure.diagnostic.id == "disk-full", let room = DiskRoom(at: store.location) {
                        failure.diagnostic.hint = room.advice
                    }
                    throw failure
                }
                reporter.warn(
                    Diagnostic(
                        id: "store-damaged", severity: .warning,
                        message: "\(error.diagnostic.message): what needs it is made again"))
            }
        }
    }

    private func build(
        _ request: BuildRequest, reporter: BuildReporter
    ) async throws(BuildFailure) -> BuildResult {
        let began = ContinuousClock().now
        let views = TreeViews(store: store, layering: layering, scratch: sandbox == nil ? nil : try makeScratch())
        do {
            let job = try prepare(request, reporter: reporter, views: views)
            defer { job.release() }
            let run = await Self.run(job)
            await job.agents.close()
            let outcomes = try run.get()
            let result = try await finish(job, outcomes, began: began)
            await views.close()
            return result
        } catch {
            await views.close()
            throw error
        }
    }

    /// Looks whether layers are what they were when they were made: an image is handed out only then.
    private func verify(_ layers: [SnapshotID]) async throws(BuildFailure) {
        do throws(ImageError) { try await store.verifyAside(layers) } catch { throw .images(error) }
    }

    // MARK: - Before

    private func prepare(
        _ request: BuildRequest, reporter: BuildReporter, views: TreeViews
    ) throws(BuildFailure) -> BuildJob {
        let file = request.dockerfileName
        let load = reporter.begin("[internal] load build definition from \(PathText.name(file))")
        let dockerfile: Dockerfile
        do {
            dockerfile = try Dockerfile.parse(request.dockerfile, file: file)
            try Self.check(dockerfile, against: request.limits, file: file)
        } catch let error as DockerfileError {
            let failure = BuildFailure(error, file: file)
            load.end(failure)
            throw failure
        } catch let failure as BuildFailure {
            load.end(failure)
            throw failure
        } catch {
            throw .environment("parse", "\(error)")
        }
        load.note("transferring dockerfile: \(request.dockerfile.count)B done")
        load.finish()

        let ignore = try ignorePatterns(request, reporter: reporter)
        let (target, host) = try platforms(request)
        let lint = try lint(request, ignore: ignore, platform: target)
        let arguments = PlatformArguments.values(
            target: target, build: host, targetStage: request.target ?? dockerfile.stages.last?.name,
            overrides: request.buildArguments)
        let globals = try GlobalArguments(
            of: dockerfile, platform: arguments, buildArguments: request.buildArguments, file: file)
        let clock = try SourceDateEpoch.clock(request, dockerfile: dockerfile, globals: globals)
        let graph = try StageGraph(
            dockerfile, arguments: globals, target: request.target, namedContexts: request.namedContexts, file: file)
        let ownership = Ownership(mapping: store.ids)
        var context: SourceRoot?
        if let path = request.context {
            context = try ContextOpening.open(
                path, ownership: ownership, ignore: ignore, substitutions: request.substitutions)
        }
        return BuildJob(
            request: request, dockerfile: dockerfile, graph: graph, globals: globals, targetPlatform: target,
            buildPlatform: host, clock: clock, engine: self, images: BaseImageLoader(lookup), views: views,
            reporter: reporter, context: context, lint: lint)
    }

    /// What the lint has to say; with `# check=error=true` it is an error to leave it at that.
    private func lint(
        _ request: BuildRequest, ignore: IgnorePatterns?, platform: PlatformName
    ) throws(BuildFailure) -> [Diagnostic] {
        var options = DockerfileLint.Options()
        options.buildArguments = request.buildArguments
        options.target = request.target
        options.ignore = ignore
        options.platform = platform.formatted
        options.baseConfig = store.baseConfiguration
        let report = DockerfileLint.check(request.dockerfile, file: request.dockerfileName, options: options)
        if report.failsOnWarnings, let first = report.warnings.first {
            let rules = Set(report.warnings.map(\.id)).sorted().joined(separator: ", ")
            var failure = BuildFailure.learner(
                "lint", "lint violation found for rules: \(rules)", hint: first.message,
                file: request.dockerfileName, range: first.range)
            failure.others = report.warnings
            throw failure
        }
        return report.warnings
    }

    private static func check(
        _ dockerfile: Dockerfile, against limits: BuildLimits, file: String
    ) throws(BuildFailure) {
        if dockerfile.stages.count > limits.stages {
            throw .learner(
                "limit-stages", "stopped: more than \(limits.stages) stages", file: file,
                range: dockerfile.stages[limits.stages].range)
        }
        var count = dockerfile.metaArguments.count
        for stage in dockerfile.stages {
            count += 1 + stage.commands.count
            if count > limits.instructions {
                // The first that is one too many.
                let index = stage.commands.count - (count - limits.instructions)
                throw .learner(
                    "limit-instructions", "stopped: more than \(limits.instructions) instructions", file: file,
                    range: index >= 0 ? stage.commands[index].range : stage.range)
            }
        }
    }

    private func ignorePatterns(
        _ request: BuildRequest, reporter: BuildReporter
    ) throws(BuildFailure) -> IgnorePatterns? {
        guard let bytes = request.ignoreFile else { return nil }
        let step = reporter.begin("[internal] load \(PathText.name(request.ignoreFileName))")
        do {
            let patterns = try IgnorePatterns.parse(bytes, file: request.ignoreFileName)
            step.finish()
            return patterns.rules.isEmpty ? nil : patterns
        } catch {
            let failure = BuildFailure(error, file: request.ignoreFileName)
            step.end(failure)
            throw failure
        }
    }

    private func platforms(
        _ request: BuildRequest
    ) throws(BuildFailure) -> (target: PlatformName, host: PlatformName) {
        do {
            let host = try PlatformName.host()
            return (
                try request.platform.map { (text) throws(InstructionError) in try PlatformName(text) } ?? host, host
            )
        } catch {
            throw .learner(error.id, error.message, hint: error.hint, file: nil, range: nil)
        }
    }

    func makeScratch() throws(BuildFailure) -> FilePath {
        guard let sandbox else { throw .cacheMiss }
        do {
            let name = FilePath("build-\(UInt64.random(in: .min ... .max))")
            try RootedDirectory(at: sandbox.context.scratch).makeDirectory(name)
            return sandbox.context.scratch.pushing(name)
        } catch {
            throw .system(error, what: "cannot prepare a build")
        }
    }

    // MARK: - Running stages

    private static func run(_ job: BuildJob) async -> Result<[Int: StageOutcome], BuildFailure> {
        let target = job.graph.target
        return await withTaskCancellationHandler {
            await withTaskGroup(of: (Int, StageOutcome)?.self) { group in
                if let wall = job.request.limits.wall {
                    group.addTask {
                        guard await Self.hasPassed(wall, in: job) else { return nil }
                        let limit = LimitExceeded(kind: .wall, limit: max(1, wall.components.seconds))
                        await job.scheduler.fail(
                            .learner(
                                "limit-wall", "stopped: \(limit.words) for the whole build",
                                hint: "this step was running when the time was over", file: job.file,
                                range: job.reporter.firstRunning))
                        return nil
                    }
                }
                await job.scheduler.start(target)
                for await index in job.scheduler.requests {
                    group.addTask { await runStage(index, of: job) }
                }
                group.cancelAll()
                var outcomes: [Int: StageOutcome] = [:]
                for await finished in group {
                    if let (index, outcome) = finished { outcomes[index] = outcome }
                }
                if let failure = await job.scheduler.firstFailure { return .failure(failure) }
                return .success(outcomes)
            }
        } onCancel: {
            Task { await job.scheduler.fail(.cancelled) }
        }
    }

    /// Waits until a build has taken this long, without what it took to get its base images: that is nobody's step.
    /// - Returns: false when the build was over before.
    private static func hasPassed(_ wall: Duration, in job: BuildJob) async -> Bool {
        var left = wall
        var excused = Duration.zero
        while true {
            guard (try? await Task.sleep(for: left)) != nil else { return false }
            let waited = await job.images.waited
            guard waited > excused else { return true }
            left = waited - excused
            excused = waited
        }
    }

    private static func runStage(_ index: Int, of job: BuildJob) async -> (Int, StageOutcome)? {
        var runner = StageRunner(job: job, index: index)
        do {
            let outcome = try await runner.run()
            await job.scheduler.complete(index, outcome)
            if index == job.graph.target { await job.scheduler.finish() }
            return (index, outcome)
        } catch {
            var failure = error
            failure.record = job.record(of: [index: StageOutcome(state: runner.state, record: runner.record)])
            await job.scheduler.fail(failure)
            return nil
        }
    }

    // MARK: - After

    private func finish(
        _ job: BuildJob, _ outcomes: [Int: StageOutcome], began: ContinuousClock.Instant
    ) async throws(BuildFailure) -> BuildResult {
        guard let final = outcomes[job.graph.target] else { throw .cancelled }
        // Looked at while the rest is written down.
        store.verifyAhead(final.state.layers)
        var configuration = final.state.configuration
        for (name, value) in job.request.labels { configuration.config.labels[name] = value }
        configuration.created = final.state.created
        let record = job.record(of: outcomes)
        for stage in record.stages where stage.skipped { job.noteSkipped(stage) }
        var image = StoredImage(layers: final.state.layers, configuration: configuration, origin: .built)
        image.buildRecord = record.encoded
        try await verify(image.layers)
        let (seconds, attoseconds) = began.duration(to: ContinuousClock().now).components
        return BuildResult(
            image: image, record: record, cachedSteps: outcomes.values.reduce(0) { $0 + $1.cachedSteps },
            totalSteps: outcomes.values.reduce(0) { $0 + $1.totalSteps },
            seconds: Double(seconds) + Double(attoseconds) / 1e18, warnings: job.reporter.warnings + job.lint)
    }
}

extension BuildJob {
    /// Says that a stage was not built: it may be somebody's tests.
    func noteSkipped(_ stage: StageRecord) {
        let name = stage.name ?? String(stage.index)
        reporter.note(
            Diagnostic(
                id: "stage-skipped", severity: .note, file: file,
                range: SourceRange(lines: stage.line, through: stage.line),
                message: "stage \(name) was skipped: nothing that is built needs it",
                hint: "build it with --target \(name)"))
    }

    /// The record of a build, of the stages that came to an end.
    func record(of outcomes: [Int: StageOutcome]) -> BuildRecord {
        var record = BuildRecord()
        record.dockerfile = file
        record.finalStage = graph.target
        record.contextFiles = usedContextFiles
        record.stages = graph.vertices.map { vertex in
            if let outcome = outcomes[vertex.stage.index] { return outcome.record }
            var stage = StageRecord(
                index: vertex.stage.index, name: vertex.stage.name, base: .scratch, baseName: vertex.baseName,
                line: vertex.stage.range.start.line)
            switch vertex.base {
            case .scratch: stage.base = .scratch
            case .stage(let index): stage.base = .stage(index)
            case .image(let name): stage.base = .image(reference: name, key: "")
            case .context(let name): stage.base = .context(name)
            }
            return stage
        }
        return record
    }
}
