import ArgumentParser
import Glibc
import Images
import OCI
import SystemPackage

struct LoadCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Load images from a tar archive of `docker save`, or an OCI layout, compressed or not.")

    @Option(name: .shortAndLong, help: "Read from a file or folder instead of standard input.", completion: .file())
    var input: String?

    @Flag(name: .shortAndLong, help: "Say nothing while loading.")
    var quiet = false

    @Option(help: "Which to take where there are several, as os/arch.")
    var platform: String?

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        if input == nil, isatty(STDIN_FILENO) == 1 {
            throw CommandError(
                "terminal", "requested load from stdin, but stdin is a terminal", hint: "use `-i FILE` or a pipe",
                status: .failed)
        }
        let wanted = try platform.map { text in
            guard let platform = Platform(text) else {
                throw CommandError("platform", "\"\(text)\" is no platform", hint: "as in linux/amd64", status: .docker)
            }
            return platform
        }
        let engine = try await EngineSession.open(console)
        let loaded = try await engine.store.load(try Self.source(input), platform: wanted ?? .host)
        for image in loaded {
            if image.references.isEmpty {
                console.print("Loaded image ID: \(try await engine.store.imageID(of: image.image))")
            }
            for reference in image.references { console.print("Loaded image: \(reference.familiar)") }
        }
    }

    static func source(_ input: String?) throws -> LoadSource {
        guard let input else { return .archive(.descriptor(STDIN_FILENO)) }
        var status = stat()
        guard stat(input, &status) == 0 else {
            throw CommandError(
                "unreadable", Errno(rawValue: errno).description.lowercased(), file: input)
        }
        return status.st_mode & S_IFMT == S_IFDIR ? .directory(FilePath(input)) : .archive(.file(FilePath(input)))
    }
}
