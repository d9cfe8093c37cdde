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
            A container is removed when its process ends: there are no stopped ones. The exit status is the program's, \
            125 when the container could not be run, 126 when the program is no program, 127 when there is none.
            """)

    @Flag(name: .long, help: "Remove the container when it exits (always done).")
    var rm = false

    @Flag(name: [.customShort("i"), .long], help: "Keep standard input open.")
    var interactive = false

    @Flag(name: [.customShort("t"), .long], help: "Give the process a terminal.")
    var tty = false

    @Option(
        name: [.customShort("e", allowingJoined: true), .customLong("env")],
        help: "Set a variable: NAME=VALUE, or NAME to pass yours on.")
    var environment: [String] = []

    @Option(name: [.customShort("w", allowingJoined: true), .customLong("workdir")], help: "The working directory.")
    var workingDirectory: String?

    @Option(name: [.customShort("u", allowingJoined: true), .long], help: "NAME or UID, with :GROUP if wanted.")
    var user: String?

    @Option(
        name: [.customShort("v", allowingJoined: true), .customLong("volume")],
        help: "Show a folder or file of yours in the container: /HERE:/THERE[:ro].")
    var volumes: [String] = []

    @Option(help: "Run this instead of the image's entrypoint.")
    var entrypoint: String?

    @Option(help: "none, isolated (outside reachable, this host and its neighbours not) or host.")
    var network: RunNetwork = .isolated

    @Option(help: "A name; nothing keeps it after the run.")
    var name: String?

    @Option(name: [.customShort("h", allowingJoined: true), .long], help: "The container's host name.")
    var hostname: String?

    @Option(name: [.customShort("m", allowingJoined: true), .long], help: "The most memory, e.g. 512m.")
    var memory: ByteAmount?

    @Option(help: "The most processes.")
    var pidsLimit: Int?

    @Flag(help: "Refuse every change of the container's files.")
    var readOnly = false

    @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("IMAGE [COMMAND] [ARGUMENT...]", valueName: "image"))
    var rest: [String]

    @OptionGroup var display: DisplayOptions

    func validate() throws {
        guard let image = rest.first else { throw ValidationError("Missing expected argument '<image>'") }
        if image == "--help" { throw CleanExit.helpRequest(Self.self) }
        // The parser hands on what it does not know: a flag that is not supported must not pass for an image.
        if image.hasPrefix("-"), image != "-" {
            throw ValidationError("unknown flag: \(image.split(separator: "=").first ?? "")")
        }
        if let pidsLimit, pidsLimit < -1 || pidsLimit == 0 {
            throw ValidationError("--pids-limit takes a number above 0, or -1 for none")
        }
    }

    func execute(_ console: Console) async throws {
        if tty, console.isInputPiped {
            throw CommandError("no-terminal", "the input device is not a TTY", hint: "leave `-t` away", status: .docker)
        }
        let engine = try await EngineSession.open(console)
        let image = try await engine.image(rest[0], console)
        let plan = try ContainerPlan(self, image.configuration.config)
        let status = try await plan.run(image, engine)
        if status != 0 { throw CommandExit(program: status) }
    }
}

/// The networks of `docker run`.
enum RunNetwork: String, ExpressibleByArgument, CaseIterable, Sendable {
    case none
    case isolated
    /// Docker's default name for what is `isolated` here.
    case bridge
    case host

    var mode: NetworkMode {
        switch self {
        case .none: .none
        case .isolated, .bridge: .isolated
        case .host: .host
        }
    }
}
