import ArgumentParser
import Diagnostics
import Glibc
import Linux
import TerminalUI

extension Lesson {
    /// Parses the arguments, runs the command, ends the process. The one way in, and the one way out.
    @MainActor package static func main() async {
        await main(Array(CommandLine.arguments.dropFirst()))
    }

    /// As ``main()``, with arguments of the caller's.
    @MainActor package static func main(_ arguments: [String]?) async {
        let arguments = arguments ?? []
        // A reader that closes its end (`| head`) ends us quietly, as it does every other tool.
        let status = await Program(arguments: arguments).run()
        fflush(nil)
        Glibc.exit(status)
    }
}

/// One run of the command line.
struct Program {
    let arguments: [String]

    /// - Returns: the exit status.
    @MainActor func run() async -> Int32 {
        let command: any ParsableCommand
        do {
            command = try Lesson.parseAsRoot(arguments)
        } catch {
            return usage(error)
        }
        guard let command = command as? any LessonCommand else {
            // `help` and what else the parser brings with it.
            do {
                var command = command
                try command.run()
                return 0
            } catch {
                return usage(error)
            }
        }
        let console = command.makeConsole()
        do {
            let isEngine = command is any EngineCommand
            let isListening = isEngine && (try? EngineNamespace.current()) != nil
            if isEngine { Interrupt.block(isForwarding: !isListening) }
            return try await Interrupt.cancelling(isListening: isListening) {
                try await Self.execute(command, console)
            }
        } catch {
            return report(error, command, console)
        }
    }

    private static func execute(_ command: any LessonCommand, _ console: Console) async throws -> Int32 {
        var command = command
        try await command.execute(console)
        return 0
    }

    private func report(_ error: any Error, _ command: any LessonCommand, _ console: Console) -> Int32 {
        if let exit = error as? CommandExit { return exit.status }
        if Interrupt.signal != nil || error is CancellationError {
            console.note("stopped")
            return 128 + (Interrupt.signal ?? SIGINT)
        }
        // Validation errors and requests for help that a command throws while it runs are the parser's to word.
        if error is ValidationError || error is CleanExit { return usage(error) }
        if let exit = error as? ExitCode { return exit.rawValue }
        let wording = ErrorWording(error, isDocker: command is any DockerCommand)
        console.error(wording)
        return wording.status
    }

    /// What the parser has to say: help, a version, or what is wrong with the arguments.
    private func usage(_ error: any Error) -> Int32 {
        let code = Lesson.exitCode(for: error)
        let text = Lesson.fullMessage(for: error)
        guard !code.isSuccess else {
            if !text.isEmpty { print(text) }
            return 0
        }
        let isDocker = arguments.first == "docker"
        let status: ExitStatus = isDocker ? .docker : .usage
        if asksForJSON {
            let wording = ErrorWording(
                code: "usage", message: Lesson.message(for: error), hint: misspelt.map { "did you mean `\($0)`?" },
                status: status.rawValue)
            Console(out: Terminal.plain, err: Terminal.plain, isJSON: true).error(wording)
        } else {
            Streams.error.write(text + "\n")
            if let meant = misspelt { Streams.error.write("  hint: did you mean `\(meant)`?\n") }
        }
        return status.rawValue
    }

    /// The command that somebody meant who misspelt one.
    private var misspelt: String? {
        var commands = Lesson.configuration.subcommands
        var path = ["lesson"]
        for argument in arguments.prefix(3) {
            if let command = commands.first(where: { $0._commandName == argument }) {
                path.append(argument)
                commands = command.configuration.subcommands
                continue
            }
            guard !argument.hasPrefix("-"), !commands.isEmpty else { return nil }
            let near = Suggestion.nearest(to: argument, among: commands.map { $0._commandName })
            return near.map { (path + [$0]).joined(separator: " ") }
        }
        return nil
    }

    private var asksForJSON: Bool {
        arguments.first != "docker" && arguments.prefix { $0 != "--" }.contains("--json")
    }
}
