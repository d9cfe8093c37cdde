import ArgumentParser

/// Puts options that hold for every command behind the command's name, where the parser looks for them:
/// `lesson --color never list` is `lesson list --color never`.
enum CommandLineOrder {
    static func sorted(_ arguments: [String]) -> [String] {
        var commands = Lesson.configuration.subcommands
        var path: [String] = []
        var moved: [String] = []
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            if ["--ascii", "--json"].contains(argument) || argument.hasPrefix("--color=") {
                moved.append(argument)
                index += 1
            } else if argument == "--color", index + 1 < arguments.count {
                moved += arguments[index...index + 1]
                index += 2
            } else if let command = commands.first(where: { answers($0, to: argument) }) {
                path.append(argument)
                index += 1
                commands = command.configuration.subcommands
                if commands.isEmpty { return path + moved + arguments[index...] }
            } else {
                break
            }
        }
        return arguments
    }

    static func answers(_ command: any ParsableCommand.Type, to name: String) -> Bool {
        command._commandName == name || command.configuration.aliases.contains(name)
    }
}
