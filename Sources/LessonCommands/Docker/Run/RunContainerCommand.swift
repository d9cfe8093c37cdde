import ArgumentParser
import Images
import Linux
import OCI
import Sandbox
import SystemPackage

struct RunContainerCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Create and run a new container from an image.",
        discussion: """
            A container that has ended is kept until `docker rm`, unless --rm says otherwise. The exit status is the \
            program's, 125 when the container could not be run, 126 when the program is no program, 127 when there is \
            none.
            """)

    static let failure = ExitStatus.docker

    static func words(for error: ErrorWording) -> ErrorWording { error.asOfRun }

    @OptionGroup var options: ContainerOptions
    @OptionGroup var runtime: RuntimeOptions
    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        if options.tty, options.interactive, console.isInputPiped {
            throw CommandError("no-terminal", "the input device is not a TTY", hint: "leave `-t` away", status: .failed)
        }
        let engine = try await EngineSession.open(console, runtime: runtime.choice)
        let image = try await engine.image(options.rest[0], console)
        let plan = try ContainerPlan(options, image.configuration.config)
        let status = try await ContainerRun(plan: plan, options: options, image: image, engine: engine).run()
        if status != 0 { throw CommandExit(program: status) }
    }
}

/// The flags of `docker run`.
struct ContainerOptions: ParsableArguments, Sendable {
    @Flag(name: .long, help: "Remove the container when it exits.")
    var rm = false

    @Flag(name: [.customShort("i"), .long], help: "Keep standard input open.")
    var interactive = false

    @Flag(name: [.customShort("t"), .long], help: "Give the process a terminal.")
    var tty = false

    @Option(
        name: [.customShort("e", allowingJoined: true), .customLong("env")],
        help: "Set a variable: NAME=VALUE, or NAME to pass yours on.")
    var environment: [String] = []

    @Option(help: "Set the variables of a file, one a line.", completion: .file())
    var envFile: [String] = []

    @Option(name: [.customShort("w", allowingJoined: true), .customLong("workdir")], help: "The working directory.")
    var workingDirectory: String?

    @Option(name: [.customShort("u", allowingJoined: true), .long], help: "NAME or UID, with :GROUP if wanted.")
    var user: String?

    @Option(
        name: [.customShort("v", allowingJoined: true), .customLong("volume")],
        help: "Show a folder or file of yours in the container: /HERE:/THERE[:ro].")
    var volumes: [String] = []

    @Option(
        name: .customLong("mount"), help: "The same in words: type=bind,source=/HERE,target=/THERE[,readonly].")
    var mounts: [String] = []

    @Option(help: "An empty folder in memory: /THERE[:size=64m].")
    var tmpfs: [String] = []

    @Option(help: "Run this instead of the image's entrypoint.")
    var entrypoint: String?

    @Option(
        name: [.customLong("network"), .customLong("net")],
        help: "none, isolated (outside reachable, this host and its neighbours not) or host.")
    var network: RunNetwork = .isolated

    @Option(help: "The container's name.")
    var name: String?

    @Option(name: [.customShort("h", allowingJoined: true), .long], help: "The container's host name.")
    var hostname: String?

    @Option(help: "Add a line to /etc/hosts (HOST:IP).")
    var addHost: [String] = []

    @Option(name: [.customShort("l", allowingJoined: true), .long], help: "A label of the container (NAME=VALUE).")
    var label: [String] = []

    @Option(name: [.customShort("m", allowingJoined: true), .long], help: "The most memory, e.g. 512m.")
    var memory: ByteAmount?

    @Option(help: "The most processes.")
    var pidsLimit: Int?

    @Flag(help: "Refuse every change of the container's files.")
    var readOnly = false

    /// Takes the name from a container that has ended: for those who try the commands of a slide again and again.
    @Flag(help: .hidden)
    var replace = false

    @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("IMAGE [COMMAND] [ARGUMENT...]", valueName: "image"))
    var rest: [String]

    func validate() throws {
        guard let image = rest.first else { throw ValidationError("Missing expected argument '<image>'") }
        if image == "--help" { throw CleanExit.helpRequest(RunContainerCommand.self) }
        // The parser hands on what it does not know: a flag that is not supported must not pass for an image.
        if image.hasPrefix("-"), image != "-" {
            throw ValidationError("Unknown option '\(image.split(separator: "=").first ?? "")'")
        }
        if let pidsLimit, pidsLimit < -1 {
            throw ValidationError("--pids-limit takes a number above 0, or -1 for none")
        }
        if let memory, memory.bytes > 0, memory.bytes < 6 << 20 {
            throw ValidationError("docker: Minimum memory limit allowed is 6MB.")
        }
        if let name, !ContainerRecord.isName(name) {
            throw ValidationError(
                "docker: Invalid container name (\(name)), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed.")
        }
        for host in addHost where !host.contains(where: { $0 == ":" || $0 == "=" }) {
            throw ValidationError(
                "invalid argument \"\(host)\" for \"--add-host\" flag: bad format for add-host: \"\(host)\"")
        }
    }
}

/// The networks of `docker run`.
enum RunNetwork: String, ExpressibleByArgument, CaseIterable, Sendable {
    case none
    case isolated
    /// Docker's default name for what is `isolated` here.
    case bridge
    case host

    static var allValueStrings: [String] { ["none", "isolated", "bridge", "host"] }

    init?(argument: String) {
        self.init(rawValue: argument == "default" ? "bridge" : argument)
    }

    var mode: NetworkMode {
        switch self {
        case .none: .none
        case .isolated, .bridge: .isolated
        case .host: .host
        }
    }
}
