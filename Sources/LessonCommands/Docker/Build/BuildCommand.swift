import ArgumentParser
import Build
import Diagnostics
import Dockerfile
import Linux
import SystemPackage

/// `lesson docker build`: Docker's flags, our engine.
struct BuildCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Build an image from a Dockerfile.",
        discussion: "The context is a folder, or - for a Dockerfile or a tar archive on standard input.")

    /// As every error of a build: `FILE:LINE: error: ...`.
    static func words(for error: ErrorWording) -> ErrorWording { error }

    @Option(name: [.customShort("t"), .customLong("tag")], help: "Name and optionally a tag (name:tag).")
    var tags: [String] = []

    @Option(name: .shortAndLong, help: "Path of the Dockerfile (default: CONTEXT/Dockerfile); - for standard input.")
    var file: String?

    @Option(help: "The stage to build, by name.")
    var target: String?

    @Option(help: "Set a build argument (NAME=VALUE, or NAME for the environment's value).")
    var buildArg: [String] = []

    @Option(help: "Another build context (NAME=FOLDER or NAME=docker-image://IMAGE).")
    var buildContext: [String] = []

    @Option(help: "Add a label to the image (NAME=VALUE).")
    var label: [String] = []

    @Option(help: "A secret for RUN --mount=type=secret (id=NAME,src=FILE or id=NAME,env=VARIABLE).")
    var secret: [String] = []

    @Option(help: "An agent for RUN --mount=type=ssh (default, or ID[=SOCKET|KEY[,KEY]]).")
    var ssh: [String] = []

    @Option(help: "Add a line to /etc/hosts inside RUN (HOST:IP).")
    var addHost: [String] = []

    @Flag(help: "Use nothing from the build cache.")
    var noCache = false

    @Flag(help: "Ask the registry for base images even if they are here.")
    var pull = false

    @Option(help: "What RUN may reach: none, isolated or host.")
    var network = "isolated"

    @Option(help: "The platform to build for (os/arch[/variant]).")
    var platform: String?

    @Option(help: "Write the image id to a file.")
    var iidfile: String?

    @Option(help: "Write what was built to a file, as JSON.")
    var metadataFile: String?

    @Option(help: "Progress: auto, plain, tty or rawjson.")
    var progress: ProgressChoice?

    @Option(
        name: .shortAndLong,
        help: "Where the result goes (type=oci|docker|tar|local,dest=PATH); default: the images here.")
    var output: [String] = []

    @Flag(name: .shortAndLong, help: "Print nothing but the image id.")
    var quiet = false

    @Flag(help: "Check the Dockerfile and build nothing.")
    var check = false

    @OptionGroup var runtime: RuntimeOptions

    @OptionGroup(title: "Limits, each with a default") var limits: LimitOptions

    @OptionGroup var display: DisplayOptions

    @Argument(help: ArgumentHelp("Folder with the files to copy, or -.", valueName: "context"))
    var contextPath: String

    mutating func validate() throws {
        if let words = BuildArguments(self).mistake { throw ValidationError(words) }
    }

    /// Checking is reading.
    var entersEngine: Bool { !check }

    func executeOutside(_ console: Console) async -> Bool {
        guard !check else { return false }
        return await CachedBuild(arguments: BuildArguments(self), limits: limits).answer { display(console, $0) }
    }

    private func display(_ console: Console, _ request: BuildRequest) -> BuildDisplay {
        BuildDisplay(
            choice: quiet ? .quiet : progress ?? .fromEnvironment, console: console,
            source: DockerfileSource(bytes: request.dockerfile, file: request.dockerfileName))
    }

    mutating func execute(_ console: Console) async throws {
        let arguments = BuildArguments(self)
        if check {
            let input = try BuildInput.read(arguments, spool: nil)
            try BuildCheck(input: input, arguments: arguments, store: EngineSession.storeOutside()).run(console)
            return
        }
        let engine = try await EngineSession.open(console, runtime: runtime.choice)
        let stop = try Wakeup()
        let input = try await withTaskCancellationHandler {
            try BuildInput.read(arguments, spool: engine, unless: stop)
        } onCancel: {
            stop.wake()
        }
        defer { input.cleanUp() }
        var request = try input.request(arguments)
        request.limits = limits.replacing(request.limits)
        let display = display(console, request)
        let outputs = try arguments.outputs()
        let ready = request
        do {
            let result = try await display.during {
                try await engine.builder.build(ready) { display.handle($0) }
            }
            try await BuildDelivery(
                result: result, store: engine.store, builder: engine.builder, arguments: arguments, display: display,
                outputs: outputs
            ).deliver()
        } catch let failure as BuildFailure {
            display.fail(failure)
            if failure.kind == .cancelled { throw CancellationError() }
            throw CommandExit(failure.kind == .learner ? .failed : .couldNotRun)
        }
    }
}

/// `--progress`
enum ProgressChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
    case auto, plain, tty, rawjson
    case quiet

    static var allValueStrings: [String] { ["auto", "plain", "tty", "rawjson"] }

    init?(argument: String) {
        guard argument != "quiet" else { return nil }
        self.init(rawValue: argument)
    }

    /// `BUILDKIT_PROGRESS`, as Docker reads it.
    static var fromEnvironment: ProgressChoice {
        ProgramPath.environment("BUILDKIT_PROGRESS").flatMap { ProgressChoice(argument: $0) } ?? .auto
    }
}
