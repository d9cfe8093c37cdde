import ArgumentParser
import Diagnostics

/// Wrong usage of `docker`, in Docker's words and with its statuses: 125 for a flag, 1 for a wrong number of words or a
/// command that there is not.
struct DockerUsage {
    var text: String
    var status: Int32

    /// - Parameters:
    ///   - arguments: what stood after `docker`.
    ///   - message: what the parser found wrong.
    init(_ arguments: [String], parser message: String) {
        let (path, stopped) = Self.path(arguments)
        let command = (["docker"] + path).joined(separator: " ")
        let see = "See '\(command) --help'."
        if let stopped, !stopped.commands.isEmpty, !stopped.word.hasPrefix("-") {
            let near = Suggestion.nearest(to: stopped.word, among: stopped.commands)
            let known = ["docker"] + path
            text =
                Self.unsupported.contains(stopped.word) && path.count < 2
                ? "docker: '\(stopped.word)' is not supported by this engine, which builds images and runs containers in the "
                    + "foreground.\nSee 'docker --help'\n"
                : "docker: '\((path + [stopped.word]).joined(separator: " "))' is not a docker command.\nSee '\(command) --help'\n"
            if let near { text += "  hint: did you mean `\((known + [near]).joined(separator: " "))`?\n" }
            status = 1
            return
        }
        if let flag = Self.quoted(message, after: "Unknown option ") {
            text =
                flag.hasPrefix("--") || flag.count != 2
                ? "unknown flag: \(flag)\n\(see)\n"
                : "unknown shorthand flag: '\(flag.dropFirst())' in \(flag)\n\(see)\n"
            status = ExitStatus.docker.rawValue
        } else if Self.isAboutCount(message) {
            if let arity = DockerArity(path) {
                text =
                    "\"\(command)\" \(arity.requirement).\n\(see)\n\nUsage:  \(command) \(arity.usage)\n\n"
                    + "\(arity.abstract)\n"
            } else {
                text = "\"\(command)\": \(message.lowercased())\n\(see)\n"
            }
            status = 1
        } else if message.hasPrefix("Missing value for '"), let flag = Self.quoted(message, after: "Missing value for ")
        {
            let name = flag.prefix { $0 != " " }
            text = "flag needs an argument: \(name)\n\(see)\n"
            status = ExitStatus.docker.rawValue
        } else if let wrong = Self.wrongValue(message) {
            text = "\(wrong)\n\(see)\n"
            status = ExitStatus.docker.rawValue
        } else {
            text = "\(message)\n\(see)\n"
            status = ExitStatus.docker.rawValue
        }
    }

    /// Commands of Docker that make no sense without a daemon, or that are not there yet: not to be taken for slips.
    private static let unsupported: Set<String> = [
        "attach", "buildx", "compose", "config", "context", "cp", "diff", "events", "exec", "kill", "logs",
        "manifest", "network", "node", "pause", "plugin", "port", "rename", "restart", "search", "secret", "service",
        "stack", "start", "stats", "stop", "swarm", "top", "trust", "unpause", "update", "volume", "wait",
    ]

    /// The commands that were named, and the word that is none where one was expected.
    private static func path(_ arguments: [String]) -> ([String], (word: String, commands: [String])?) {
        var commands = DockerFamily.configuration.subcommands
        var path: [String] = []
        for argument in arguments {
            if argument.hasPrefix("-") { return (path, nil) }
            guard let command = commands.first(where: { CommandLineOrder.answers($0, to: argument) }) else {
                return (path, commands.isEmpty ? nil : (argument, commands.map { $0._commandName }))
            }
            path.append(argument)
            commands = command.configuration.subcommands
        }
        return (path, nil)
    }

    private static func isAboutCount(_ message: String) -> Bool {
        message.hasPrefix("Missing expected argument") || message.hasPrefix("Unexpected argument")
            || message.hasSuffix("unexpected arguments")
    }

    /// `The value 'x' is invalid for '--memory <memory>'` as Docker says it; nil for what is about no flag.
    private static func wrongValue(_ message: String) -> String? {
        guard message.hasPrefix("The value '"), let middle = message.firstRange(of: "' is invalid for '-") else {
            return nil
        }
        let value = message[..<middle.lowerBound].dropFirst("The value '".count)
        let rest = message[middle.upperBound...]
        let flag = "-" + rest.prefix { $0 != " " && $0 != "'" }
        let named = ["--memory": "-m, --memory", "--filter": "-f, --filter"][flag] ?? flag
        let reason: String
        switch flag {
        case "--memory", "-m": reason = "invalid size: '\(value)'"
        case "--pids-limit": reason = "strconv.ParseInt: parsing \"\(value)\": invalid syntax"
        default:
            let words = "Please provide one of "
            let choices = rest.firstRange(of: words).map { rest[$0.upperBound...] }
            reason = choices.map { "it is one of \($0.hasSuffix(".") ? $0.dropLast() : $0)" } ?? "invalid value"
        }
        return "invalid argument \"\(value)\" for \"\(named)\" flag: \(reason)"
    }

    /// The text in quotes after some words.
    private static func quoted(_ message: String, after words: String) -> String? {
        guard message.hasPrefix(words) else { return nil }
        let rest = message.dropFirst(words.count)
        guard rest.first == "'" else { return nil }
        return String(rest.dropFirst().prefix { $0 != "'" })
    }
}
