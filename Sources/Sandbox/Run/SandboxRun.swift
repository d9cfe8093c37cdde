import CLinux
import Glibc
import Linux
import Synchronization
import SystemPackage

/// One run of one process, from an empty scratch directory back to none. Lives on a thread of its own.
struct SandboxRun {
    let sandbox: Sandbox
    let spec: SandboxSpec
    let directory: FilePath
    let id: String
    let cancellation: Wakeup
    let output: @Sendable (OutputStream, [UInt8]) -> Void

    private static let counter = Atomic<Int>(0)

    init(
        _ sandbox: Sandbox, _ spec: SandboxSpec, _ cancellation: Wakeup,
        _ output: @escaping @Sendable (OutputStream, [UInt8]) -> Void
    ) {
        self.sandbox = sandbox
        self.spec = spec
        self.cancellation = cancellation
        self.output = output
        let number = Self.counter.add(1, ordering: .relaxed).newValue
        id = "run-\(number)"
        directory = sandbox.scratch.appending(id)
    }

    func run() throws(SandboxError) -> SandboxOutcome {
        guard mkdir(directory.string, 0o755) == 0, chmod(directory.string, 0o755) == 0 else {
            throw SandboxError(.system, "cannot make \(directory): \(Errno(rawValue: errno))")
        }
        defer { removeDirectory() }
        let network = try NetworkSetup(spec.network, open: spec.openAddresses, directory: directory)
        defer { network.tearDown() }
        let files = ContainerFiles(spec: spec, ids: sandbox.context.ids, directory: directory, network: network)
        try files.write()
        let layout = try RootLayout(
            spec: spec, context: sandbox.context, directory: directory, wanted: files.targets)
        defer { layout.remove() }
        let configuration = RuntimeConfiguration(
            ids: sandbox.context.ids, root: layout.mount.mountPoint, readOnlyRoot: spec.readOnlyRoot,
            arguments: spec.arguments, environment: environment, workingDirectory: try layout.workingDirectory(spec),
            user: try checkedUser(), hostname: spec.hostname, terminal: spec.terminal, limits: spec.limits,
            mounts: files.mounts(layout.targets), network: network.configuration,
            countsProcesses: sandbox.context.controlGroup?.controls(.pids) ?? false,
            runs32Bit: layout.has32BitPrograms, terminalSize: spec.terminal ? Terminal.size(of: 0) : nil)
        do throws(LinuxError) {
            let own = try RootedDirectory(at: directory)
            try own.writeFile("config.json", configuration.json.bytes, mode: 0o600)
            try own.makeDirectory("state", mode: 0o700)
        } catch {
            throw SandboxError(.system, "cannot write the container's configuration: \(error)")
        }
        try network.finish()
        let outcome = try startPatiently(layout)
        guard case .stopped = outcome.ending else {
            do throws(LinuxError) {
                try layout.mount.finish()
            } catch {
                throw SandboxError(.system, "cannot keep what the step changed: \(error)")
            }
            return outcome
        }
        return outcome
    }

    /// Where there are no control groups, all that a person runs counts together, and for a moment a neighbour may have had
    /// all the processes that the kernel grants: the container is started again until there is room, for some seconds.
    private func startPatiently(_ layout: RootLayout) throws(SandboxError) -> SandboxOutcome {
        var wait: Int32 = 50
        for _ in 0..<9 {
            do throws(SandboxError) { return try supervise(layout) } catch {
                guard error.isForWantOfProcesses else { throw error }
            }
            if cancellation.isAwake(within: wait) { throw SandboxError(.cancelled, "cancelled") }
            wait = min(1000, wait * 2)
            let own = try? RootedDirectory(at: directory)
            for name in ["log", "pid", "state"] as [FilePath] { try? own?.remove(name) }
            try? own?.makeDirectory("state", mode: 0o700)
        }
        return try supervise(layout)
    }

    private func supervise(_ layout: RootLayout) throws(SandboxError) -> SandboxOutcome {
        var group: ControlGroup?
        do throws(LinuxError) {
            group = try sandbox.context.controlGroup?.makeChild("\(id)")
        } catch {
            throw SandboxError(.system, "cannot limit the container: \(error)")
        }
        var limits = spec.limits
        limits.processes = limits.processes.map { $0 + sandbox.runtime.ownProcesses }
        group?.apply(limits)
        defer { group?.killAndRemove() }

        var command = ChildProcess.Command(
            sandbox.runtime.path,
            sandbox.runtime.arguments(
                state: directory.appending("state"), bundle: directory, log: directory.appending("log"),
                pidFile: directory.appending("pid"), id: id))
        command.newSession = true
        command.controlGroup = group
        let owner = try engineUser()
        let outcome: SandboxOutcome
        do throws(LinuxError) {
            let supervisor = try Supervisor(
                spec: spec, group: group, owner: owner, written: layout.mount.written,
                pidFile: directory.appending("pid"), cancellation: cancellation, output: output)
            outcome = try supervisor.run(command)
            if supervisor.wasCancelled { throw LinuxError("run", nil, .canceled) }
        } catch {
            if error.errno == .canceled { throw SandboxError(.cancelled, "cancelled") }
            throw SandboxError(.runtimeFailed, "cannot start \(sandbox.runtime.name): \(error)")
        }
        if let failure = runtimeFailure(outcome) { throw failureError(failure) }
        return outcome
    }

    private func engineUser() throws(SandboxError) -> UInt32 {
        do throws(IdentityOutOfRange) {
            return try sandbox.context.ids.engineID(ofContainer: spec.user.uid)
        } catch {
            throw SandboxError(.user, "user \(error)", hint: Self.idHint)
        }
    }

    private static let idHint = "use a smaller number, or ask for more subordinate ids in /etc/subuid and /etc/subgid"

    private func checkedUser() throws(SandboxError) -> SandboxUser {
        var user = spec.user
        let ids = sandbox.context.ids
        do throws(IdentityOutOfRange) {
            for id in [user.uid, user.gid] + user.additionalGIDs { _ = try ids.engineID(ofContainer: id) }
        } catch {
            throw SandboxError(.user, "user or group \(error)", hint: Self.idHint)
        }
        if ids.isSingle {
            // The one id there is; a change of user is emulated.
            user.uid = 0
            user.gid = 0
            user.additionalGIDs = []
        }
        return user
    }

    private var environment: [String] {
        var environment = spec.environment
        func has(_ name: String) -> Bool { environment.contains { $0.hasPrefix(name + "=") } }
        if !has("PATH") {
            environment.append("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        }
        if !has("HOME") { environment.append("HOME=\(spec.user.home.flatMap { $0.isEmpty ? nil : $0 } ?? "/")") }
        if spec.terminal, !has("TERM") { environment.append("TERM=xterm") }
        if sandbox.context.ids.isSingle, !has("APT_CONFIG") {
            environment.append("APT_CONFIG=\(ContainerFiles.aptConfiguration)")
        }
        return environment
    }

    /// What the runtime itself said went wrong; nil where the process ran.
    private func runtimeFailure(_ outcome: SandboxOutcome) -> String? {
        guard case .exited(let code) = outcome.ending, code != 0, let own = try? RootedDirectory(at: directory),
            let bytes = try? own.readFile("log", limit: 1 << 20), !bytes.isEmpty
        else { return nil }
        // Once the process has started, the runtime has nothing more to complain of but its own clean-up.
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(separator: "\n").map(Self.message)
        return lines.last { !$0.isEmpty }
    }

    /// The message of a line of a runtime's log: plain, perhaps after a time (crun), or logfmt (runc).
    private static func message(_ line: Substring) -> String {
        if let start = line.firstRange(of: "msg=\"") {
            let rest = line[start.upperBound...]
            return String(rest.hasSuffix("\"") ? rest.dropLast() : rest)
        }
        guard let first = line.first, first.isNumber, let end = line.firstRange(of: ": ") else { return String(line) }
        return String(line[end.upperBound...])
    }

    private func failureError(_ failure: String) -> SandboxError {
        let program = spec.arguments.first ?? ""
        guard failure.contains("exec") else {
            return SandboxError(
                .runtimeFailed, "\(sandbox.runtime.name) could not start the container: \(failure)",
                hint: "run `lesson doctor`")
        }
        let isMissing = failure.contains("not found") || failure.contains("o such file")
        var error = SandboxError(
            .program, "cannot execute '\(program)': \(failure)",
            hint: "see that the program is in the image, is executable, and that its interpreter and libraries are too")
        error.exitCode = isMissing ? 127 : 126
        return error
    }

    private func removeDirectory() {
        guard let scratch = try? RootedDirectory(at: sandbox.scratch), let name = directory.lastComponent else {
            return
        }
        try? scratch.remove(FilePath(root: nil, [name]))
    }
}
