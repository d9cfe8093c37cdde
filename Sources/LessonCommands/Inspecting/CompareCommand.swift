import ArgumentParser
import Checks
import OCI
import TerminalUI

struct CompareCommand: ReportingCommand, EngineCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two images: sizes, files, configuration, shared layers.",
        discussion: """
            Each is named as for `lesson inspect`. Exit status 0, also when they differ; with --exit-code 1 when they do.
            """)

    @Argument(help: "An image, or what one is built from.", completion: .file())
    var first: String

    @Argument(help: "The other one.", completion: .file())
    var second: String

    @Flag(help: "Exit with 1 when they differ.")
    var exitCode = false

    @Flag(help: "Every file, not only the first of each list.")
    var all = false

    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        var opening = try await ImageOpening(console)
        let report: ComparisonReport
        do {
            let (a, b) = (try await opening.open(first), try await opening.open(second))
            report = await ComparisonReport(a, b)
        } catch {
            await opening.cleanUp()
            throw error
        }
        await opening.cleanUp()
        if console.isJSON {
            try console.json(report.document)
        } else {
            console.printFolded(report.lines(console.out, all: all))
        }
        if exitCode, !report.isEqual { throw CommandExit(.failed) }
    }
}
