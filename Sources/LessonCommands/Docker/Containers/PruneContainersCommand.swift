import ArgumentParser
import Images
import TerminalUI

struct PruneContainersCommand: DockerCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Remove all containers that have ended.")

    @OptionGroup var options: PruneOptions

    @OptionGroup var display: DisplayOptions

    func execute(_ console: Console) async throws {
        // First of all, as a question is asked inside: there Ctrl-C is listened to.
        let engine = try await EngineSession.open(console)
        let filters = try options.filters
        var report = PruneReport()
        if PruneQuestion.confirm(" all stopped containers.\n", isSure: options.force, console) {
            try await report.removeContainers(of: engine.store, filters)
        }
        report.print(console)
    }
}
