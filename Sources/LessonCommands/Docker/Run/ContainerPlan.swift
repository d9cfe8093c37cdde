import Glibc
import Images
import Linux
import OCI
import Sandbox
import SystemPackage

/// What `docker run` is to run, made of its flags and of what the image says.
struct ContainerPlan {
    private let options: RunContainerCommand
    private let arguments: [String]
    private let environment: [String]
    private let workingDirectory: String
    private let user: String
    private let mounts: [SandboxMount]

    init(_ options: RunContainerCommand, _ config: ContainerConfiguration) throws {
        self.options = options
        let command = Array(options.rest.dropFirst())
        // An entrypoint of the command line also sets the image's command aside.
        let entrypoint =
            options.entrypoint.map { $0.isEmpty ? [] : [$0] } ?? config.entrypoint ?? []
        let ownCommand = options.entrypoint == nil ? config.command ?? [] : []
        arguments = entrypoint + (command.isEmpty ? ownCommand : command)
        guard !arguments.isEmpty else {
            throw CommandError(
                "no-command", "no command specified", hint: "the image has no CMD: give a command after its name",
                status: .docker)
        }
        environment = Self.environment(config.environment, options.environment, tty: options.tty)
        workingDirectory = options.workingDirectory ?? (config.workingDirectory.isEmpty ? "/" : config.workingDirectory)
        guard workingDirectory.hasPrefix("/") else {
            throw CommandError(
                "working-directory",
                "the working directory '\(workingDirectory)' is invalid, it needs to be an absolute path",
                status: .docker)
        }
        user = options.user ?? config.user
        mounts = try options.volumes.map(Self.mount)
    }

    /// Later values of a name take the place of earlier ones.
    private static func environment(_ image: [String], _ given: [String], tty: Bool) -> [String] {
        var result = image
        func set(_ entry: String) {
            let name = entry.prefix { $0 != "=" }
            result.removeAll { $0.hasPrefix("\(name)=") }
            result.append(entry)
        }
        if tty, !image.contains(where: { $0.hasPrefix("TERM=") }) { set("TERM=xterm") }
        for entry in given {
            if entry.contains("=") {
                set(entry)
            } else if let value = getenv(entry) {
                set("\(entry)=\(String(cString: value))")
            }
        }
        return result
    }

    private static func mount(_ text: String) throws -> SandboxMount {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let isReadOnly = parts.count == 3 && parts[2] == "ro"
        guard parts.count == 2 || isReadOnly || (parts.count == 3 && parts[2] == "rw") else {
            throw CommandError(
                "invalid-volume", "invalid volume specification: '\(text)'",
                hint: "write /HERE:/THERE or /HERE:/THERE:ro; volumes with a name are not supported", status: .docker)
        }
        guard parts[1].hasPrefix("/"), parts[0].hasPrefix("/") || parts[0].hasPrefix(".") else {
            throw CommandError(
                "invalid-volume", "invalid volume specification: '\(text)'",
                hint: "both sides are paths; volumes with a name are not supported", status: .docker)
        }
        let source = ProgramPath.currentFolder.pushing(FilePath(parts[0])).lexicallyNormalized()
        guard access(source.string, F_OK) == 0 else {
            throw CommandError(
                "invalid-volume", "bind source path does not exist: \(source)", status: .docker)
        }
        return SandboxMount(target: parts[1], kind: .bind(source: source, readOnly: isReadOnly))
    }

    /// - Returns: the program's status.
    func run(_ image: StoredImage, _ engine: EngineSession) async throws -> Int32 {
        let layers = image.layers.map { engine.store.directory(of: $0) }
        let pending = try engine.store.begin(over: image.layers)
        defer { engine.store.discard(pending) }
        var spec = SandboxSpec(
            layers: layers, upper: pending.upper, work: pending.work, arguments: arguments, environment: environment)
        spec.workingDirectory = workingDirectory
        spec.user = try resolveUser(layers, engine)
        spec.mounts = mounts
        spec.network = options.network.mode
        spec.hostname = options.hostname ?? "lesson"
        spec.standardInput = options.interactive ? .inherit : .null
        spec.terminal = options.tty
        spec.readOnlyRoot = options.readOnly
        // A person waits at the terminal: nothing but what they asked for ends the run.
        var limits = ResourceLimits.none
        limits.memory = options.memory?.bytes
        limits.processes = options.pidsLimit.flatMap { $0 < 0 ? nil : $0 } ?? ResourceLimits.defaults.processes
        spec.limits = limits
        do throws(SandboxError) {
            let outcome = try await engine.sandbox.run(spec) { stream, bytes in
                (stream == .standardOutput ? Streams.output : Streams.error).write(bytes)
            }
            if case .stopped(let limit) = outcome.ending { Streams.error.write("docker: stopped: \(limit.words)\n") }
            return outcome.exitCode
        } catch {
            throw Self.dockerError(error)
        }
    }

    private func resolveUser(_ layers: [FilePath], _ engine: EngineSession) throws -> SandboxUser {
        guard !user.isEmpty, user != "0", user != "root" else { return .root }
        let point = engine.context.scratch.appending("accounts-\(getpid())")
        guard mkdir(point.string, 0o700) == 0 || errno == EEXIST else {
            throw CommandError("scratch", "cannot make \(point)", status: .docker)
        }
        let mount = try OverlayMount(lowers: layers, upper: nil, work: nil, at: point)
        let result = Result { try AccountDatabase(root: mount.root).resolve(user) }
        try mount.unmount()
        return try result.get()
    }

    /// Docker's statuses: 127 for a program that is not there, 126 for one that cannot be run, 125 for the rest.
    private static func dockerError(_ error: SandboxError) -> any Error {
        guard error.code == .program else { return error }
        let isMissing = error.message.contains("not found") || error.message.contains("no such file")
        return DockerRunFailure(error: error, status: isMissing ? 127 : 126)
    }
}

/// A program that could not be started, with the status that Docker gives it.
struct DockerRunFailure: Error {
    let error: SandboxError
    let status: Int32
}
