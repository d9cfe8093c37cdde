import ArgumentParser
import Glibc
import Images
import OCI
import TerminalUI

struct PullCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Download an image from a registry, or make it as a lesson says.",
        discussion: """
            Where no registry answers, an image that a lesson declares is made on this machine. You are told which you got.
            """)

    @Argument(help: "The image.")
    var image: String

    @Option(help: "The platform, as os/arch.")
    var platform: String?

    @Flag(name: .shortAndLong, help: "Print the image's name only.")
    var quiet = false

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        let reference = try parseReference(image).withDefaultTag
        let wanted = try platform.map { text in
            guard let platform = Platform(text) else {
                throw CommandError("platform", "\"\(text)\" is no platform", hint: "as in linux/amd64", status: .docker)
            }
            return platform
        }
        let engine = try await EngineSession.open(console)
        let progress = console.progress()
        let quiet = quiet
        let found = try await progress.during {
            try await engine.images.image(reference.familiar, platform: wanted ?? .host, pull: true) {
                if !quiet { progress.update($0) }
            }
        }
        if !quiet { console.note(found.message) }
        console.print(reference.canonical)
    }
}

struct PushCommand: DockerCommand {
    static let configuration = CommandConfiguration(commandName: "push", abstract: "Upload an image to a registry.")

    @Argument(help: "The image, by the name it has in the registry.")
    var image: String

    @Flag(name: .shortAndLong, help: "Say nothing while pushing.")
    var quiet = false

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        let reference = try parseReference(image).withDefaultTag
        let engine = try await EngineSession.open(console)
        let found = try await engine.store.require(image)
        let progress = console.progress()
        let quiet = quiet
        let digest = try await progress.during {
            try await Skopeo(store: engine.store).push(found.image, to: reference) {
                if !quiet { progress.update($0) }
            }
        }
        console.print("\(reference.tag ?? "latest"): digest: \(digest.map { "\($0)" } ?? "unknown")")
    }
}

struct LoginCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Log in to a registry.",
        discussion: "Logins are kept by skopeo, where other tools find them too.")

    @Argument(help: "The registry; the default one when none is given.")
    var server: String?

    @Option(name: .shortAndLong, help: "Your name there.")
    var username: String?

    @Option(name: .shortAndLong, help: "Your password: others may see it in the list of processes.")
    var password: String?

    @Flag(help: "Read the password from standard input.")
    var passwordStdin = false

    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if password != nil, passwordStdin {
            throw ValidationError("--password and --password-stdin are mutually exclusive")
        }
    }

    func execute(_ console: Console) async throws {
        let engine = try await EngineSession.open(console)
        let registry = try server ?? Reference(parsing: "x").registry
        guard let user = try username ?? Self.ask("Username: ", hidden: false, console) else {
            throw CommandError("no-username", "no name was given", hint: "give `-u NAME`", status: .failed)
        }
        var secret = password
        if passwordStdin { secret = readLine() }
        if secret == nil { secret = try Self.ask("Password: ", hidden: true, console) }
        guard let secret, !secret.isEmpty else {
            throw CommandError("no-password", "no password was given", hint: "use `--password-stdin`", status: .failed)
        }
        if password != nil { console.note("WARNING! Using --password via the CLI is insecure. Use --password-stdin.") }
        try await Skopeo(store: engine.store).login(registry: registry, user: user, password: Array(secret.utf8))
        console.print("Login Succeeded")
    }

    /// Asks at the terminal; nil where there is none.
    private static func ask(_ question: String, hidden: Bool, _ console: Console) throws -> String? {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        Streams.error.write(question)
        guard hidden else { return readLine() }
        // `readLine` would echo; this reads from the terminal with echo switched off, and on again.
        guard let answer = getpass("") else { return nil }
        return String(cString: answer)
    }
}
