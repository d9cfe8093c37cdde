import ArgumentParser
import Glibc
import Images
import OCI
import TerminalUI

struct PullCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Download an image from a registry, or make it as a lesson says.",
        discussion: """
            Where no registry answers, an image that a lesson declares is made on this machine. You are told which you \
            got. docker-daemon:NAME:TAG takes it from a running daemon; oci:, oci-archive:, docker-archive: and dir: name \
            files.
            """)

    @Argument(help: "The image.")
    var image: String

    @Argument(help: "The name to give to what does not come from a registry.")
    var name: String?

    @Option(help: "The platform, as os/arch.")
    var platform: String?

    @Flag(name: .shortAndLong, help: "Print the image's name only.")
    var quiet = false

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        if Skopeo.hasTransport(image) { return try await copy(console) }
        guard name == nil else { throw ValidationError("Unexpected argument '\(name ?? "")'") }
        let reference = try parseReference(image).withDefaultTag
        let hadTag = try parseReference(image) == reference
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
        if !quiet {
            // What was made or pulled has been announced already.
            if found.source == .local { console.note(found.message) }
            for line in Self.lines(reference, found, hadTag: hadTag) { console.print(line) }
        }
        console.print(reference.canonical)
    }

    private func copy(_ console: Console) async throws {
        // `docker-daemon:NAME:TAG` is a name too; the others name files.
        let own = image.hasPrefix("docker-daemon:") ? String(image.dropFirst("docker-daemon:".count)) : nil
        guard let name = name ?? own else {
            throw CommandError(
                "no-name", "no name was given for what is in \(image)", hint: "docker pull \(image) NAME:TAG",
                status: .failed)
        }
        let reference = try parseReference(name).withDefaultTag
        let engine = try await EngineSession.open(console)
        let (progress, source) = (console.progress(), image)
        _ = try await progress.during { try await Skopeo(store: engine.store).copy(from: source, as: [reference]) }
        if !quiet { console.print("Status: Downloaded newer image for \(reference.familiar)") }
        console.print(reference.canonical)
    }

    /// What Docker prints of a pull, without its bars.
    private static func lines(_ reference: Reference, _ found: LessonImages.Found, hadTag: Bool) -> [String] {
        var lines = hadTag ? [] : ["Using default tag: latest"]
        if found.source == .registry {
            lines.append(
                "\(reference.tag ?? reference.digest.map { "\($0)" } ?? "latest"): Pulling from \(reference.repository)"
            )
        }
        let digest = found.image.repositoryDigests.lazy.compactMap { text in text.split(separator: "@").last }.first
        if let digest { lines.append("Digest: \(digest)") }
        let status =
            found.isNew ? "Downloaded newer image for" : "Image is up to date for"
        lines.append("Status: \(found.source == .lesson ? "Made" : status) \(reference.familiar)")
        return lines
    }
}

struct PushCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "push", abstract: "Upload an image to a registry.",
        discussion: "docker-daemon:NAME:TAG as the place hands it to a running daemon.")

    @Argument(help: "The image, by the name it has in the registry.")
    var image: String

    @Argument(
        help: "Another place: docker-daemon:NAME:TAG, oci:FOLDER, oci-archive:FILE, docker-archive:FILE, dir:FOLDER.")
    var place: String?

    @Flag(name: .shortAndLong, help: "Say nothing while pushing.")
    var quiet = false

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        let reference = try parseReference(image).withDefaultTag
        let engine = try await EngineSession.open(console)
        guard let found = try await engine.store.image(matching: image) else {
            throw CommandError(
                "not-found", "An image does not exist locally with the tag: \(reference.familiarName)",
                hint: "`lesson docker images` lists what there is", status: .failed)
        }
        let progress = console.progress()
        let quiet = quiet
        if let place {
            try await progress.during { try await Skopeo(store: engine.store).copy(found.image, to: place) }
            return
        }
        if !quiet { console.print("The push refers to repository [\(reference.canonicalName)]") }
        let pushed = try await progress.during {
            try await Skopeo(store: engine.store).push(found.image, to: reference) {
                if !quiet { progress.update($0) }
            }
        }
        console.print("\(reference.tag ?? "latest"): digest: \(pushed.digest) size: \(pushed.size)")
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
        let registry = try server.map(Self.registry) ?? Reference(parsing: "x").registry
        guard let user = try username ?? Self.ask("Username: ", hidden: false, console) else {
            throw CommandError(
                "no-username", "Cannot perform an interactive login from a non TTY device",
                hint: "give `-u NAME` and `--password-stdin`", status: .failed)
        }
        var secret = password
        if passwordStdin { secret = readLine() }
        if secret == nil { secret = try Self.ask("Password: ", hidden: true, console) }
        guard let secret, !secret.isEmpty else {
            throw CommandError(
                "no-password",
                isatty(STDIN_FILENO) == 1 || passwordStdin
                    ? "Password Required" : "Cannot perform an interactive login from a non TTY device",
                hint: "use `--password-stdin`", status: .failed)
        }
        if password != nil { console.note("WARNING! Using --password via the CLI is insecure. Use --password-stdin.") }
        try await Skopeo(store: engine.store).login(registry: registry, user: user, password: Array(secret.utf8))
        console.print("Login Succeeded")
    }

    /// The registry of an address: people give `https://registry.example/v2/` too.
    static func registry(_ address: String) -> String {
        var rest = address[...]
        for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
        return String(rest.prefix { $0 != "/" })
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

struct LogoutCommand: DockerCommand {
    static let configuration = CommandConfiguration(commandName: "logout", abstract: "Log out from a registry.")

    @Argument(help: "The registry; the default one when none is given.")
    var server: String?

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        let engine = try await EngineSession.open(console)
        let registry = try server.map(LoginCommand.registry) ?? Reference(parsing: "x").registry
        do throws(ImageError) {
            try await Skopeo(store: engine.store).logout(registry: registry)
            console.print("Removing login credentials for \(registry)")
        } catch {
            guard error.code == .toolFailed else { throw error }
            console.print("Not logged in to \(registry)")
        }
    }
}
