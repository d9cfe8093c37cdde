import ArgumentParser
import Images
import OCI
import TerminalUI

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

struct PruneContainersCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Remove all containers that have ended.")

    @Flag(name: [.customShort("f"), .long], help: "Do not ask.")
    var force = false

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        let engine = try await EngineSession.open(console)
        if !force {
            console.note("WARNING! This will remove all stopped containers.")
            let goOn = try Question.confirm("Are you sure you want to continue?", console, otherwise: "give `-f`")
            guard goOn else { throw CommandExit(.failed) }
        }
        let ended = try engine.store.containers().filter { $0.image != nil }
        var bytes: Int64 = 0
        for container in ended {
            if let layer = container.image?.layers.last {
                bytes = bytes.addingSize(try engine.store.tarBytes(of: layer))
            }
            try await engine.store.remove(container)
        }
        if !ended.isEmpty {
            console.print("Deleted Containers:")
            for container in ended { console.print(container.record.id) }
            console.print("")
        }
        console.print("Total reclaimed space: \(ByteCount(bytes, precision: 4))")
    }
}
