import Glibc
import Images
import Linux
import OCI
import Sandbox
import SystemPackage

/// Runs a container in the foreground and keeps what is left of it, if it is to be kept.
struct ContainerRun {
    let plan: ContainerPlan
    let options: ContainerOptions
    let image: StoredImage
    let engine: EngineSession

    /// - Returns: the program's status.
    func run() async throws -> Int32 {
        let layers = image.layers.map { engine.store.directory(of: $0) }
        if options.replace { try await removeNamesake() }
        try engine.store.verify(image.layers)
        let pending = try engine.store.begin(over: image.layers)
        var isCommitted = false
        defer { if !isCommitted { engine.store.discard(pending) } }
        var spec = SandboxSpec(
            layers: layers, upper: pending.upper, work: pending.work, arguments: plan.arguments,
            environment: plan.environment)
        spec.workingDirectory = plan.workingDirectory
        spec.user = try prepare(layers, pending)
        spec.mounts = plan.mounts
        spec.network = options.network.mode
        spec.extraHosts = plan.extraHosts
        spec.standardInput = options.interactive ? .inherit : .null
        spec.terminal = options.tty
        spec.readOnlyRoot = options.readOnly
        var record = try record()
        spec.hostname = options.hostname ?? String(record.id.prefix(12))
        spec.environment = ContainerEnvironment.named(spec.hostname, plan.environment)
        // A person waits at the terminal: nothing but what they asked for ends the run.
        var limits = ResourceLimits.none
        limits.memory = options.memory.flatMap { $0.bytes > 0 ? $0.bytes : nil }
        limits.processes = processLimit
        spec.limits = limits
        let claim = try engine.store.claim(record)
        let outcome: SandboxOutcome
        do {
            outcome = try await engine.sandbox.run(spec) { stream, bytes in
                (stream == .standardOutput ? Streams.output : Streams.error).write(bytes)
            }
        } catch {
            engine.store.release(claim)
            throw Self.dockerError(error)
        }
        if case .stopped(let limit) = outcome.ending { Streams.error.write("docker: stopped: \(limit.words)\n") }
        guard !options.rm, !Task.isCancelled else {
            engine.store.release(claim)
            return outcome.exitCode
        }
        record.state = .exited
        record.exitCode = outcome.exitCode
        record.finished = Timestamp(seconds: DockerTime.now)
        let layer = try await engine.store.commit(pending)
        isCommitted = true
        try await engine.store.keep(
            record, layers: image.layers + [layer], platform: image.configuration.platform, claim)
        return outcome.exitCode
    }

    private var processLimit: Int? {
        guard let limit = options.pidsLimit else { return ResourceLimits.defaults.processes }
        return limit > 0 ? limit : nil
    }

    private func record() throws -> ContainerRecord {
        let taken = options.name == nil ? Set(try engine.store.containers().map(\.record.name)) : []
        let now = Timestamp(seconds: DockerTime.now)
        var record = ContainerRecord(
            id: ContainerRecord.randomID(), name: options.name ?? ContainerName.random(except: taken),
            imageName: options.rest[0], imageKey: image.key, arguments: plan.arguments,
            created: now, isTerminal: options.tty, binds: plan.binds, configuration: plan.configuration)
        record.started = now
        return record
    }

    private func removeNamesake() async throws {
        guard let name = options.name, let other = try engine.store.container(matching: name),
            other.record.name == name, other.image != nil
        else { return }
        try await engine.store.remove(other)
    }

    /// Finds the user in the image's own files, and makes the working directory where it is missing, as Docker does.
    private func prepare(_ layers: [FilePath], _ pending: PendingSnapshot) throws -> SandboxUser {
        let isPlain = plan.user.isEmpty || ["0", "root", "0:0"].contains(plan.user)
        if isPlain, plan.workingDirectory == "/" { return .root }
        let point = engine.context.scratch.appending("accounts-\(getpid())")
        guard mkdir(point.string, 0o700) == 0 || errno == EEXIST else {
            throw CommandError("scratch", "cannot make \(point)", status: .docker)
        }
        let mount = try engine.context.layering.tree(layers, upper: pending.upper, work: pending.work, at: point)
        defer { mount.unmount() }
        if try mount.root.statusIfPresent(FilePath(plan.workingDirectory)) == nil {
            let made = try mount.root.makeDirectories(FilePath(plan.workingDirectory))
            let root = try engine.context.ids.engineID(ofContainer: 0)
            for path in made { try mount.root.setOwner(path, uid: root, gid: root) }
        }
        let user = isPlain ? .root : try AccountDatabase(root: mount.root).resolve(plan.user)
        try mount.finish()
        return user
    }

    /// Docker's statuses: 127 for a program that is not there, 126 for one that cannot be run, 125 for the rest.
    private static func dockerError(_ error: SandboxError) -> any Error {
        error.code == .program ? DockerRunFailure(error: error, status: error.exitCode) : error
    }
}

/// A program that could not be started, with the status that Docker gives it.
struct DockerRunFailure: Error {
    let error: SandboxError
    let status: Int32
}

/// Names for containers that were given none, as Docker makes them up.
enum ContainerName {
    private static let adjectives = [
        "amused", "blissful", "bold", "brave", "clever", "compassionate", "dazzling", "eager", "elegant", "fervent",
        "friendly", "gallant", "gracious", "happy", "hopeful", "inspiring", "jolly", "keen", "kind", "laughing",
        "lucid",
        "modest", "nifty", "optimistic", "peaceful", "practical", "quirky", "relaxed", "serene", "sharp", "sweet",
        "tender", "trusting", "upbeat", "vibrant", "vigilant", "wizardly", "youthful", "zealous", "zen",
    ]
    private static let people = [
        "allen", "archimedes", "babbage", "bell", "boyd", "carson", "curie", "darwin", "dijkstra", "easley", "einstein",
        "euclid", "euler", "fermat", "franklin", "galileo", "gauss", "goodall", "hamilton", "hopper", "johnson",
        "kalam",
        "kepler", "knuth", "lamarr", "lovelace", "meitner", "mendel", "newton", "noether", "pascal", "perlman", "ride",
        "ritchie", "shannon", "thompson", "torvalds", "turing", "wing", "wozniak",
    ]

    static func random(except taken: Set<String>) -> String {
        for attempt in 0..<64 {
            guard let adjective = adjectives.randomElement(), let person = people.randomElement() else { break }
            let name = "\(adjective)_\(person)" + (attempt > 8 ? "\(Int.random(in: 0...9))" : "")
            if !taken.contains(name) { return name }
        }
        return "container_" + ContainerRecord.randomID().prefix(12)
    }
}
