import Glibc
import Linux
import SystemPackage

/// The agents that the person who builds passes on, by id. Nothing of them enters a key, a layer or the history.
actor SSHAgents {
    /// The id where none is named.
    static let defaultName = "default"

    private let sources: [String: BuildAgent]
    private let views: TreeViews
    private var sockets: [String: FilePath] = [:]
    private var started: [Int32] = []

    init(_ sources: [String: BuildAgent], views: TreeViews) {
        self.sources = sources
        self.views = views
    }

    /// Where an agent listens; nil where none of this id was passed on. One that holds key files is started at first use.
    func socket(of id: String) async throws(BuildFailure) -> FilePath? {
        switch sources[id] {
        case nil: return nil
        case .socket(let path): return path
        case .keys(let keys):
            if let path = sockets[id] { return path }
            let path = try await start(holding: keys, id: id)
            sockets[id] = path
            return path
        }
    }

    /// Ends the agents that were started.
    func close() {
        for process in started { kill(process, SIGTERM) }
        started = []
    }

    private func start(holding keys: [[UInt8]], id: String) async throws(BuildFailure) -> FilePath {
        let path: FilePath
        do {
            // In the engine's tmpfs, which no step sees and which is gone with the engine.
            let folder = try await views.place()
            try RootedDirectory(at: folder).setMode(".", 0o700, followingLast: true)
            path = folder.appending("agent")
        } catch {
            throw .system(error, what: "cannot start an ssh agent")
        }
        // Without `-D` it answers when it listens, and goes on in the background.
        let made = try await run("ssh-agent", ["-s", "-a", path.string], agent: nil)
        let text = String(decoding: made.standardOutput, as: UTF8.self)
        guard made.ending.isSuccess, let mark = text.firstRange(of: "SSH_AGENT_PID="),
            let process = Int32(text[mark.upperBound...].prefix { $0.isNumber })
        else { throw .environment("ssh-agent", "cannot start ssh-agent for --ssh \(id)") }
        started.append(process)
        for key in keys {
            let added = try await run("ssh-add", ["-q", "-"], input: key, agent: path)
            guard added.ending.isSuccess else {
                throw .environment(
                    "ssh-key", "cannot use a key of --ssh \(id): it is no private key, or has a passphrase",
                    hint: "add it to your own agent with ssh-add, then pass that on with --ssh \(id)")
            }
        }
        return path
    }

    private func run(
        _ tool: String, _ arguments: [String], input: [UInt8] = [], agent: FilePath?
    ) async throws(BuildFailure) -> ChildProcess.Completion {
        let path = ChildProcess.Command.hostEnvironment.filter { $0.hasPrefix("PATH=") }
        var command = ChildProcess.Command(
            tool, arguments,
            environment: path + ["HOME=/dev/null", "SSH_ASKPASS_REQUIRE=never"]
                + (agent.map { ["SSH_AUTH_SOCK=\($0.string)"] } ?? []))
        command.newSession = true
        do {
            return try await ChildProcess.run(command, input: input, deadline: .seconds(30), outputLimit: 1 << 20)
        } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw .system(error, what: "cannot start \(tool)") }
            throw .environment(
                "missing-tool", "\(tool) is needed for --ssh with key files, and is not installed",
                hint: "install the package openssh-client")
        }
    }
}
