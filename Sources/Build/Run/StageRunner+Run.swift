import Diagnostics
import Dockerfile
import Images
import Linux
import OCI
import Sandbox
import SystemPackage

extension StageRunner {
    /// `RUN`.
    mutating func perform(
        _ run: RunInstruction, command: Command, step: RunningStep, record: inout StepRecord
    ) async throws(BuildFailure) {
        let network = try network(run, command: command)
        let runCommand = RunCommand(run, state: state)
        let history = state.historyText(run: runCommand.historyArguments)
        let mounts = try await mounts(of: run, command: command)
        record.mounts = mounts.origins
        let hostname = job.request.buildArguments["BUILDKIT_SANDBOX_HOSTNAME"] ?? job.request.hostname

        var key = StepKey("run")
        key.add(state.chain)
        key.add(runCommand.arguments)
        key.add(runCommand.script?.content ?? [])
        key.add(state.environment.entries.sorted())
        key.add(state.workingDirectory)
        key.add(state.configuration.config.user)
        key.add(network.rawValue)
        key.add(hostname)
        key.add(job.request.extraHosts.map { "\($0.key)=\($0.value)" }.sorted())
        key.add(job.clock.epoch ?? -1)
        mounts.add(to: &key, scope: job.request.cacheMountScope)
        let digest = key.finish()

        if try take(digest, history: history, record: &record) { return }
        let work = RunWork(
            job: job, command: command, step: step, runCommand: runCommand, mounts: mounts, network: network,
            hostname: hostname, state: state)
        let job = job
        try await layer(
            digest, history: history, record: &record,
            isAsKeyed: { job.isUnchanged(mounts.firstChanged(), range: command.range) }
        ) {
            pending async throws(BuildFailure) -> [CopySource] in
            try await work.run(in: pending)
            return []
        }
    }

    /// What a `RUN` may reach: what it asks for, as far as the person who builds allows it.
    private func network(_ run: RunInstruction, command: Command) throws(BuildFailure) -> NetworkMode {
        if run.security == .insecure {
            throw .learner(
                "unsupported", "RUN --security=insecure is not allowed",
                hint: "leave the flag out: steps run without privileges", file: job.file, range: command.range)
        }
        switch run.network {
        case .none: return .none
        case .host:
            guard job.request.network == .host else {
                throw .learner(
                    "unsupported", "RUN --network=host is not allowed",
                    hint: "the person who builds allows it with docker build --network host", file: job.file,
                    range: command.range)
            }
            return .host
        case .default:
            switch job.request.network {
            case .none: return .none
            case .isolated: return .isolated
            case .host: return .host
            }
        }
    }
}

/// A `RUN` that has to be carried out.
struct RunWork: Sendable {
    let job: BuildJob
    let command: Command
    let step: RunningStep
    let runCommand: RunCommand
    let mounts: RunMounts
    let network: NetworkMode
    let hostname: String
    let state: StageState

    private var layers: [FilePath] { state.layers.map { job.store.directory(of: $0) } }

    /// Runs it, leaving its changes in `pending`.
    func run(in pending: PendingSnapshot) async throws(BuildFailure) {
        let user = try await user()
        try await prepareDirectory(in: pending)
        let tail = TailBuffer()
        let (result, stage) = await job.permits.with { () async -> (Result<SandboxOutcome, BuildFailure>, MountStage) in
            var stage = MountStage(job: job, command: command)
            do throws(BuildFailure) {
                if Task.isCancelled { throw .cancelled }
                let sandboxMounts = try await stage.prepare(mounts, script: runCommand.script)
                return (.success(try await start(in: pending, user: user, mounts: sandboxMounts, tail: tail)), stage)
            } catch {
                return (.failure(error), stage)
            }
        }
        // Others run meanwhile.
        await stage.release()
        try judge(result.get(), tail: tail)
        try await recordOwner(user, in: pending)
    }

    /// With one id, whose the new files are has to be written down.
    private func recordOwner(_ user: SandboxUser, in pending: PendingSnapshot) async throws(BuildFailure) {
        guard job.ownership.mapping.isSingle, user.uid != 0 || user.gid != 0 else { return }
        do {
            let below = try await job.views.view(of: state.layers).root
            let ownership = job.ownership
            try await Blocking.run {
                try MadeByUser(
                    ownership: ownership, user: user, upper: RootedDirectory(at: pending.upper), below: below
                ).record()
            }
        } catch let error as CopyError {
            throw CopyFailure(error: error, file: job.file, command: command).failure
        } catch let error as LinuxError {
            throw .system(error, what: "cannot record who made the files of a step")
        } catch {
            throw .environment("system", "\(error)")
        }
    }

    private func start(
        in pending: PendingSnapshot, user: SandboxUser, mounts sandboxMounts: [SandboxMount], tail: TailBuffer
    ) async throws(BuildFailure) -> SandboxOutcome {
        var spec = SandboxSpec(
            layers: layers, upper: pending.upper, work: pending.work, arguments: runCommand.arguments,
            environment: state.environment.entries + job.proxies.entries + mounts.environment)
        spec.workingDirectory = state.workingDirectory
        spec.user = user
        spec.mounts = sandboxMounts
        spec.network = network
        if network == .isolated { spec.openAddresses = await job.proxyAddresses() }
        spec.limits = try limits()
        spec.hostname = hostname
        spec.extraHosts = job.request.extraHosts.sorted { $0.key < $1.key }.map { (name: $0.key, address: $0.value) }
        let step = step
        guard let sandbox = job.sandbox else { throw .cacheMiss }
        let mask = SecretMask(job.request.secrets.values)
        let show: @Sendable (BuildStream, [UInt8]) -> Void = { stream, bytes in
            guard !bytes.isEmpty else { return }
            tail.append(bytes, of: stream)
            step.output(stream, bytes)
        }
        defer { for (stream, bytes) in mask.finish() { show(stream, bytes) } }
        do {
            let outcome = try await sandbox.run(spec) { stream, bytes in
                let stream: BuildStream = stream == .standardOutput ? .standardOutput : .standardError
                show(stream, mask.pass(bytes, of: stream))
            }
            job.spend(outcome.cpu)
            return outcome
        } catch {
            var failure = BuildFailure.sandbox(error, file: job.file, range: command.range)
            failure.diagnostic.message = mask.text(failure.diagnostic.message)
            for (stream, bytes) in mask.finish() { show(stream, bytes) }
            failure.quote(tail)
            throw failure
        }
    }

    /// The limits of a step: its own, and what is left of the build's processor time.
    private func limits() throws(BuildFailure) -> ResourceLimits {
        var limits = job.request.limits.step
        guard let most = job.request.limits.cpu else { return limits }
        let left = most - job.cpu
        guard left > .zero else { throw overBuildCPU(most) }
        limits.cpu = limits.cpu.map { min($0, left) } ?? left
        return limits
    }

    private func overBuildCPU(_ most: Duration) -> BuildFailure {
        let limit = LimitExceeded(kind: .cpu, limit: max(1, most.components.seconds))
        return .learner(
            "limit-cpu", "stopped: \(limit.words) for the whole build",
            hint: "all steps together took that long: \(limit.kind.advice)", file: job.file, range: command.range)
    }

    private func judge(_ outcome: SandboxOutcome, tail: TailBuffer) throws(BuildFailure) {
        let words = runCommand.arguments.joined(separator: " ")
        let shown = words.count > 400 ? String(words.prefix(400)) + "..." : words
        var failure: BuildFailure
        if case .exited(let code) = outcome.ending, network != .none,
            let host = NetworkTrouble.unreachable(in: tail.content, succeeded: code == 0)
        {
            failure = .environment(
                "no-network", "\(host) cannot be reached from here, which `\(shown)` needs",
                hint: "connect this machine to the network and try again; `lesson doctor` says what works",
                file: job.file, range: command.range)
            failure.exitCode = code
            failure.quote(tail)
            throw failure
        }
        if outcome.ending != .exited(0), FullDisk.ended(tail.content, writingTo: job.store.location) {
            failure = .environment(
                "disk-full", "no space left on the disk for `\(shown)`", file: job.file, range: command.range)
            failure.exitCode = outcome.exitCode
            failure.quote(tail)
            throw failure
        }
        switch outcome.ending {
        case .exited(0): return
        case .exited(let code):
            failure = .learner(
                "run-failed", "process \"\(shown)\" did not complete successfully: exit code: \(code)",
                hint: hint(exitCode: code, output: tail.content), file: job.file, range: command.range)
        case .signalled(let signal):
            failure = .learner(
                "run-failed", "process \"\(shown)\" was ended by signal \(signal)",
                hint: signal == 9 ? "it may have used more memory than it may" : nil, file: job.file,
                range: command.range)
        case .stopped(let limit) where limit.kind == .cpu && job.request.limits.cpu.map { job.cpu >= $0 } ?? false:
            failure = overBuildCPU(job.request.limits.cpu ?? .zero)
        case .stopped(let limit):
            failure = .learner(
                "limit-\(limit.kind.rawValue)", "stopped: \(limit.words)",
                hint: limit.kind.advice, file: job.file, range: command.range)
        }
        failure.exitCode = outcome.exitCode
        failure.quote(tail)
        throw failure
    }

    /// What the last lines of output usually mean.
    private func hint(exitCode: Int32, output: [UInt8]) -> String? {
        let text = String(decoding: output.suffix(4096), as: UTF8.self)
        if text.contains("Unable to locate package"), !words.contains("update") {
            return "the package lists are not there yet: RUN apt-get update && apt-get install -y ..."
        }
        if text.contains("Temporary failure resolving") || text.contains("Could not resolve") {
            return network == .none
                ? "this build has no network" : "the network cannot be reached from here; `lesson doctor` says more"
        }
        if text.contains("Do you want to continue?") {
            return "apt-get waits for an answer that nobody gives: add -y"
        }
        if text.contains("sudo: not found") || text.contains("sudo: command not found") {
            return "a build runs as root unless USER says otherwise: leave sudo out"
        }
        if let target = text.split(separator: "No rule to make target '").dropFirst().first?.prefix(while: { $0 != "'" }
        ) {
            return
                "make knows no way to make `\(SafeText(line: String(target.prefix(80))))`: is its name right, and is its source copied into this stage?"
        }
        if text.contains("fatal error:"), text.contains(".h: No such file") {
            return "a header is misspelt, or the package that has it is not installed in this stage"
        }
        if exitCode != 127, text.contains("No such file or directory") || text.contains("can't open") {
            return
                "a file is not where the command looks for it: was it copied into this stage (COPY), and is WORKDIR right?"
        }
        switch exitCode {
        case 126: return "the program is there but cannot be run: is it executable, and made for this machine?"
        case 127: return "a program was not found: is it installed in this stage, and spelled right?"
        default: return nil
        }
    }

    private var words: String { runCommand.arguments.joined(separator: " ") }

    private func user() async throws(BuildFailure) -> SandboxUser {
        let name = state.configuration.config.user
        guard !name.isEmpty else { return .root }
        do {
            let view = try await job.views.view(of: state.layers)
            return try AccountDatabase(root: view.root).resolve(name)
        } catch let error as SandboxError {
            throw .sandbox(error, file: job.file, range: command.range)
        } catch {
            throw .looking(error, what: "cannot look up the user")
        }
    }

    /// A working directory that only the base image's config names may not exist.
    private func prepareDirectory(in pending: PendingSnapshot) async throws(BuildFailure) {
        let directory = state.workingDirectory
        guard directory != "/", !state.hasMadeDirectory else { return }
        do {
            let view = try await job.views.view(of: state.layers)
            if try view.root.statusIfPresent(FilePath(directory)) != nil { return }
        } catch {
            throw .looking(error, what: "cannot look for the working directory")
        }
        try await StageRunner.makeDirectory(
            directory, user: state.configuration.config.user, in: pending, over: layers, job: job)
    }
}
