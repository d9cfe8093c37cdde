import ArgumentParser

/// A command of ours: it is given a console, and whatever it throws is worded in one place.
protocol LessonCommand: AsyncParsableCommand, Sendable {
    /// How the output is to look.
    func makeConsole() -> Console
    /// Does the work. Results go to standard output, all else to standard error.
    mutating func execute(_ console: Console) async throws
}

extension LessonCommand {
    /// Runs the command as the parser would; the program itself goes through ``Program``.
    mutating func run() async throws {
        try await execute(makeConsole())
    }
}

/// A command that works in the engine's namespaces: it may run for long, and has things to take down when stopped.
protocol EngineCommand: LessonCommand {
    /// Whether it needs the engine as it was called.
    var entersEngine: Bool { get }
    /// Does all of the work without the engine's namespaces, where that can be done: making them takes longer than to
    /// find that nothing has changed. False when it cannot; nothing was said or changed then.
    func executeOutside(_ console: Console) async -> Bool
}

extension EngineCommand {
    var entersEngine: Bool { true }
    func executeOutside(_ console: Console) async -> Bool { false }
}

/// A command that speaks Docker's words and exits with Docker's statuses.
protocol DockerCommand: EngineCommand {
    var display: DisplayOptions { get }
    /// The status when it could not do what was asked.
    static var failure: ExitStatus { get }
    /// An error as the command of Docker's would word it.
    static func words(for error: ErrorWording) -> ErrorWording
}

extension DockerCommand {
    static var failure: ExitStatus { .failed }

    static func words(for error: ErrorWording) -> ErrorWording { error.inDockersWords }

    func makeConsole() -> Console { display.console(isJSON: false) }
}

/// A command whose result is also to be had as JSON.
protocol ReportingCommand: LessonCommand {
    var output: OutputOptions { get }
}

extension ReportingCommand {
    func makeConsole() -> Console { output.display.console(isJSON: output.json) }
}
