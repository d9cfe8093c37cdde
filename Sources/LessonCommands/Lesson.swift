package import ArgumentParser

/// The root of the command line.
package struct Lesson: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "lesson",
        abstract: "Tutorials that run, check and grade themselves, driven by slide decks.",
        discussion: "Without a command: what there is to learn, and how far you are.",
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(
                name: "Learning",
                subcommands: [
                    ListCommand.self, StartCommand.self, NextCommand.self, PrevCommand.self, GotoCommand.self,
                    ShowCommand.self, RunCommand.self, ShellCommand.self, CheckCommand.self, WatchCommand.self,
                    HintCommand.self,
                    SolutionCommand.self, ResetCommand.self,
                ]),
            CommandGroup(
                name: "Looking into images",
                subcommands: [InspectImageCommand.self, CompareCommand.self, ExplainCommand.self]),
            CommandGroup(
                name: "Teaching",
                subcommands: [
                    GradeCommand.self, VerifyCommand.self, LintCommand.self, SlidesCommand.self, NewCommand.self,
                    BundleFamily.self,
                ]),
            CommandGroup(name: "This machine", subcommands: [DoctorCommand.self, CompletionCommand.self]),
            CommandGroup(name: "The engine", subcommands: [DockerFamily.self]),
        ]
    )

    @OptionGroup var output: OutputOptions

    package init() {}

    package mutating func run() async throws {
        try await execute(makeConsole())
    }
}

extension Lesson: ReportingCommand {
    func execute(_ console: Console) async throws {
        try Listing.make().print(console)
    }
}
