import Diagnostics
import Dockerfile
import Images
import Linux
import OCI
import SystemPackage

/// Carries out the instructions of one stage, one after the other.
struct StageRunner {
    let job: BuildJob
    let index: Int
    var state: StageState
    var record: StageRecord
    var cachedSteps = 0
    var totalSteps = 0
    /// The number of the step at hand, and of all, as in `[2/4]`; `FROM` is the first.
    private var position = 1
    private var total = 1

    init(job: BuildJob, index: Int) {
        self.job = job
        self.index = index
        state = StageState(scratch: Platform(job.targetPlatform), clock: job.clock)
        let vertex = job.graph.vertices[index]
        record = StageRecord(
            index: index, name: vertex.stage.name, base: .scratch, baseName: vertex.baseName,
            line: vertex.stage.range.start.line)
        record.skipped = false
        record.isFinalTarget = index == job.graph.target
    }

    private var vertex: StageGraph.Vertex { job.graph.vertices[index] }
    private var fromRange: SourceRange { vertex.stage.range }

    mutating func run() async throws(BuildFailure) -> StageOutcome {
        for dependency in vertex.dependencies { await job.scheduler.start(dependency) }
        total = 1 + (vertex.isReplaced ? 0 : vertex.stage.commands.count { Self.makesStep($0.instruction) })
        if !vertex.isReplaced { try checkSources(of: vertex.stage.commands) }
        try await begin()
        if !vertex.isReplaced {
            try await runTriggers()
            for command in vertex.stage.commands { try await perform(command, range: command.range) }
        }
        return StageOutcome(state: state, record: record, cachedSteps: cachedSteps, totalSteps: totalSteps)
    }

    // MARK: - FROM

    private mutating func begin() async throws(BuildFailure) {
        switch vertex.base {
        case .scratch:
            let platform = vertex.platform ?? job.targetPlatform
            state = StageState(scratch: Platform(platform), clock: job.clock)
        case .stage(let base):
            let outcome = try await job.scheduler.outcome(of: base)
            state = StageState(stage: outcome.state)
            record.base = .stage(base)
        case .image(let name):
            let step = job.reporter.begin(
                stepName("FROM \(name)"), lines: fromRange.start.line...fromRange.lastLine, stage: index)
            let resolution = try await image(
                name, platform: vertex.platform, range: fromRange.starting(at: vertex.stage.base.range), step: step)
            state = StageState(image: resolution.image, chain: try chain(of: resolution.image), clock: job.clock)
            // These are looked at in any case, at the end.
            if job.graph.standsOnBase(of: index) { job.store.verifyAhead(state.layers) }
            record.base = .image(reference: resolution.reference, key: state.chain.hex)
            if let message = resolution.message { step.note(message) }
            step.cached()
        case .context(let name):
            state = StageState(scratch: Platform(vertex.platform ?? job.targetPlatform), clock: job.clock)
            record.base = .context(name)
            try await copyContext(named: name)
        }
        record.baseSnapshots = state.layers
    }

    private func image(
        _ name: String, platform: PlatformName?, range: SourceRange, step: RunningStep?
    ) async throws(BuildFailure) -> BaseImage {
        if let problem = ImageName.problem(name) {
            let failure = BuildFailure.learner(
                "image-name", problem, hint: ImageName.hint(name), file: job.file, range: range)
            step?.end(failure)
            throw failure
        }
        let query = BaseImageQuery(
            name: name, platform: (platform ?? job.targetPlatform).formatted, pull: job.request.pull)
        do {
            return try await job.images.image(query) { step?.note($0) }
        } catch {
            var failure = BuildFailure.images(error, file: job.file, range: range)
            let isMissing = ["base-image-missing", "registry-unreachable"].contains(failure.diagnostic.id)
            if isMissing, ImageName.isElsewhere(name) {
                // It reads like a name with a tag, so somebody was asked.
                failure = .learner(
                    "image-name", "there is no image \(GoQuote.quote(name)), and a build reads no archives or layouts",
                    hint: ImageName.hint(name), file: job.file, range: range)
            } else if isMissing, let near = Suggestion.nearest(to: name, among: job.graph.names(before: index)) {
                // A stage of this file is misspelt: that no registry has such an image is no fault of the network.
                failure = .learner(
                    "no-such-stage", "there is no stage \(GoQuote.quote(name)), and no such image here",
                    hint: "did you mean the stage \"\(near)\"?", file: job.file, range: range)
            }
            step?.end(failure)
            throw failure
        }
    }

    private func chain(of image: StoredImage) throws(BuildFailure) -> Digest {
        do {
            return StepKey.base(try job.store.contentNames(of: image.layers))
        } catch {
            throw .images(error)
        }
    }

    /// The layers behind a name in `--from` or `from=`.
    func layers(
        of origin: StageGraph.Origin, range: SourceRange
    ) async throws(BuildFailure) -> (layers: [SnapshotID], chain: Digest, origin: CopyOrigin) {
        switch origin {
        case .stage(let stage):
            let outcome = try await job.scheduler.outcome(of: stage)
            return (outcome.state.layers, outcome.state.chain, .stage(stage))
        case .image(let name):
            let found = try await image(name, platform: nil, range: range, step: nil)
            return (found.image.layers, try chain(of: found.image), .image(found.reference))
        case .scratch: return ([], StepKey.scratch, .image("scratch"))
        case .context(let name): return ([], StepKey.scratch, .namedContext(name))
        }
    }

    // MARK: - Instructions

    /// `ONBUILD` of the base, in its order, before anything of this stage.
    private mutating func runTriggers() async throws(BuildFailure) {
        let triggers = state.configuration.config.onBuild
        guard !triggers.isEmpty else { return }
        state.configuration.config.onBuild = []
        var commands: [Command] = []
        for text in triggers {
            do {
                commands.append(try Command.parseTrigger(text))
            } catch {
                var failure = BuildFailure(error, file: job.file)
                failure.diagnostic.range = fromRange
                failure.diagnostic.file = job.file
                failure.diagnostic.hint = "the base image asks for this with ONBUILD \(SafeText(line: text))"
                throw failure
            }
        }
        total += commands.count { Self.makesStep($0.instruction) }
        for var command in commands {
            command.range = fromRange
            try await perform(command, range: fromRange)
        }
    }

    private static func makesStep(_ instruction: Instruction) -> Bool {
        switch instruction {
        case .add, .copy, .run, .workdir: true
        default: false
        }
    }

    private mutating func perform(_ command: Command, range: SourceRange) async throws(BuildFailure) {
        if Task.isCancelled { throw .cancelled }
        if case .arg(let instruction) = command.instruction {
            do {
                try state.declare(
                    instruction, given: job.request.buildArguments, globals: job.globals.values,
                    expander: job.dockerfile.wordExpander)
            } catch {
                throw .word(error, file: job.file, range: range)
            }
            note(command, range: range)
            return
        }
        let instruction: Instruction
        do {
            let environment = state.environment
            var scope = ExpansionScope(expander: job.dockerfile.wordExpander) { environment[$0] }
            instruction = try command.instruction.expanded(in: &scope)
            if try state.apply(instruction) {
                note(command, range: range)
                return
            }
        } catch {
            throw .instruction(error, file: job.file, command: command)
        }
        // A step appears when it can go on, not when it begins to wait for another stage.
        for name in StageGraph.originNames(of: instruction) {
            if case .stage(let other) = try job.graph.origin(name, from: index, command: command, file: job.file) {
                _ = try await job.scheduler.outcome(of: other)
            }
        }
        position += 1
        totalSteps += 1
        let lines = range.start.line...max(range.start.line, range.lastLine)
        let step = job.reporter.begin(
            stepName("\(command.instruction.name) \(arguments(of: command))"), lines: lines, stage: index)
        var entry = StepRecord(
            kind: command.instruction.name, line: lines.lowerBound, endLine: lines.upperBound, text: command.text)
        do {
            switch instruction {
            case .run(let run): try await perform(run, command: command, step: step, record: &entry)
            case .copy(let copy):
                try await perform(CopyRequest(copy), command: command, step: step, record: &entry)
            case .add(let add): try await perform(CopyRequest(add), command: command, step: step, record: &entry)
            case .workdir(let path): try await perform(workdir: path, step: step, record: &entry)
            default: break
            }
        } catch {
            var failure = error
            if failure.diagnostic.range == nil {
                failure.diagnostic.range = range
                failure.diagnostic.file = job.file
            }
            step.end(failure)
            throw failure
        }
        if entry.cached {
            cachedSteps += 1
            step.cached()
        } else {
            entry.seconds = step.seconds
            step.finish()
        }
        record.steps.append(entry)
    }

    private mutating func note(_ command: Command, range: SourceRange) {
        record.steps.append(
            StepRecord(
                kind: command.instruction.name, line: range.start.line, endLine: range.lastLine, text: command.text))
    }

    private func arguments(of command: Command) -> String {
        let text = command.text.drop { $0 == " " || $0 == "\t" }
        return String(text.drop { $0 != " " && $0 != "\t" }.drop { $0 == " " || $0 == "\t" })
    }

    private func stepName(_ text: String) -> String {
        let stage = vertex.stage.name ?? "stage-\(index)"
        let place = "\(position)/\(total)"
        let line = text.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? text
        return job.graph.vertices.count > 1 ? "[\(stage) \(place)] \(line)" : "[\(place)] \(line)"
    }
}

extension Platform {
    init(_ name: PlatformName) {
        self.init(
            os: name.os, architecture: name.architecture,
            variant: name.variant.flatMap { $0.isEmpty ? nil : $0 })
    }
}
