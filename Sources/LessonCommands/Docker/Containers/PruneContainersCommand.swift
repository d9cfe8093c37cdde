import ArgumentParser
import Images
import TerminalUI

struct PruneContainersCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Remove all containers that have ended.")

    @Flag(name: [.customShort("f"), .long], help: "Do not ask.")
    var force = false

    @Option(help: "until=24h (or a time), label=NAME[=VALUE], label!=NAME[=VALUE].")
    var filter: [PruneFilter] = []

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        // First of all, as a question is asked inside: there Ctrl-C is listened to.
        let engine = try await EngineSession.open(console)
        let filters = try PruneFilters(filter)
        var report = PruneReport()
        if PruneQuestion.confirm(" all stopped containers.\n", isSure: force, console) {
            try await report.removeContainers(of: engine.store, filters)
        }
        report.print(console)
    }
}
