import ArgumentParser
import Images
import OCI

struct RemoveContainersCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Remove one or more containers.", aliases: ["remove"])

    @Argument(help: "Names or ids of containers.")
    var containers: [String]

    @Flag(name: [.customShort("f"), .long], help: "Do not complain of containers that are not there.")
    var force = false

    @Flag(name: [.customShort("v"), .long], help: "Remove anonymous volumes too (this engine has none).")
    var volumes = false

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        let engine = try await EngineSession.open(console)
        var failed = false
        for name in containers {
            do {
                try await engine.store.remove(try engine.store.requireContainer(name))
                console.print(name)
            } catch {
                let wording = ErrorWording(error, docker: .failed)
                console.error(wording.inDockersWords)
                // As Docker since 20.10: with -f a container that is not there is no failure.
                if !force || wording.code != "no-such-container" { failed = true }
            }
        }
        if failed { throw CommandExit(.failed) }
    }
}
