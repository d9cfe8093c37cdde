import ArgumentParser
import Diagnostics
import Glibc
import Images
import Linux
import TerminalUI

extension Lesson {
    /// Runs this process's command line to its end. The one way in, and the one way out.
    ///
    /// Not `async`: what must happen while there is one thread, and on that thread, happens here.
    package static func start() -> Never {
        Program(arguments: Self.understood(Array(CommandLine.arguments.dropFirst()))).run()
    }

    /// The arguments in the order and form that the parser takes.
    private static func understood(_ arguments: [String]) -> [String] {
        let sorted = CommandLineOrder.sorted(arguments)
        guard sorted.first == DockerFamily._commandName else { return sorted }
        let words = DockerFlags.normalized(Array(sorted.dropFirst()))
        let isVersion = words == ["--version"] || words == ["-v"]
        return [DockerFamily._commandName] + (isVersion ? VersionCommand.short : words)
    }
}

/// One run of the command line.
struct Program {
    let arguments: [String]

    /// With fewer addresses than this the runtime's threads cannot be made, which it answers by waiting for ever or by
    /// ending at once. Bytes.
    private static let leastAddresses: Int64 = 512 << 20

    private func refuseFewAddresses() {
        guard let bytes = ProcessLimits.addressSpace, bytes < Self.leastAddresses else { return }
        Console(out: Terminal.plain, err: Terminal.plain, isJSON: asksForJSON).error(
            ErrorWording(
                code: "address-space",
                message:
                    "this shell lets a program have \(bytes >> 20) MiB of addresses (ulimit -v), too few to work with",
                hint:
                    "`ulimit -v unlimited`, or at least \(Self.leastAddresses >> 10); steps are limited by --memory",
                status: ExitStatus.couldNotRun.rawValue))
        exit(ExitStatus.couldNotRun.rawValue)
    }

    func run() -> Never {
        refuseFewAddresses()
        let opensAhead = isBuild && (try? EngineNamespace.current()) == nil
        if opensAhead {
            Interrupt.blockForwarded()
            StoreAhead.begin()
        }
        let parsed: any ParsableCommand
        do {
            parsed = try readArguments()
        } catch {
            if opensAhead { discardStore() }
            exit(usage(error))
        }
        var isEngine = false
        if let command = parsed as? any EngineCommand, command.entersEngine {
            isEngine = true
            enter(for: command)
        } else if opensAhead {
            discardStore()
            Interrupt.unblock()
        }
        guard let command = parsed as? any LessonCommand else { exit(runOfParser(parsed)) }
        // A reader that closes its end (`| head`) ends us quietly, as it does every other tool.
        let task = Task.detached {
            let status = await run(command)
            await EngineSession.finish(command.makeConsole())
            fflush(nil)
            exit(status)
        }
        if isEngine { Interrupt.wait(cancelling: task) }
        while true { pause() }
    }

    /// Whether this is likely a build, by the first words alone.
    private var isBuild: Bool {
        arguments.count > 1 && arguments[0] == DockerFamily._commandName && arguments[1] == BuildCommand._commandName
    }

    /// The command that the arguments mean. It is looked up here, as the parser reads the arguments anew for each level
    /// above it. What cannot be read so is left to the parser, which has to word it.
    private func readArguments() throws -> any ParsableCommand {
        var commands = Lesson.configuration.subcommands
        for (index, argument) in arguments.enumerated() {
            guard let type = commands.first(where: { $0._commandName == argument }) else { break }
            commands = type.configuration.subcommands
            if commands.isEmpty {
                if let command = try? type.parse(Array(arguments[(index + 1)...])) { return command }
                break
            }
        }
        return try Lesson.parseAsRoot(arguments)
    }

    /// Goes into the engine's namespaces: this process then waits outside and never returns. Where the command can be
    /// answered without them, that ends this process, and so does a signal.
    private func enter(for command: any EngineCommand) {
        if (try? EngineNamespace.current()) == nil {
            Interrupt.blockForwarded()
            let console = command.makeConsole()
            let isAnswered = Interrupt.wait {
                if await command.executeOutside(console) { return true }
                await StoreAhead.discard()
                return false
            } onSignal: {
                stop($0, console)
            }
            if isAnswered {
                fflush(nil)
                exit(0)
            }
            // Where there are none to be had the command goes on outside, and fails when it needs them: what it finds
            // wrong before is of more use to who typed it.
            try? EngineNamespace.reexecuteIfNeeded(holdingSignals: true)
            if let signal = Interrupt.kept { stop(signal, console) }
        }
        Interrupt.block()
    }

    /// Ends a command that was told to end before it went into the engine's namespaces: it has only looked things up, so
    /// nothing is to be waited for.
    private func stop(_ signal: CInt, _ console: Console) -> Never {
        Store.abandonLookups()
        console.note("stopped")
        _exit(128 + signal)
    }

    private func discardStore() {
        let console = Console(out: Terminal.plain, err: Terminal.plain, isJSON: false)
        Interrupt.wait {
            await StoreAhead.discard()
        } onSignal: {
            stop($0, console)
        }
    }

    /// `help` and what else the parser brings with it.
    private func runOfParser(_ command: any ParsableCommand) -> Int32 {
        do {
            var command = command
            try command.run()
            return 0
        } catch {
            return usage(error)
        }
    }

    private func run(_ command: any LessonCommand) async -> Int32 {
        let console = command.makeConsole()
        do {
            var command = command
            try await command.execute(console)
            return 0
        } catch {
            return report(error, command, console)
        }
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
        let docker = (command as? any DockerCommand).map { type(of: $0) }
        var wording = ErrorWording(error, docker: docker?.failure)
        if let docker { wording = docker.words(for: wording) }
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
        if arguments.first == DockerFamily._commandName {
            let usage = DockerUsage(Array(arguments.dropFirst()), parser: Lesson.message(for: error))
            Streams.error.write(SafeText(block: usage.text).description)
            return usage.status
        }
        let status = ExitStatus.usage
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
