/// What Docker's flags allow and the parser does not: `--rm=false`, `-H=false`, `--no-trunc=true`.
enum DockerFlags {
    /// Flags that are on or off, and their short names.
    private static let switches: [String: String] = [
        "rm": "", "interactive": "i", "tty": "t", "read-only": "", "no-trunc": "", "quiet": "q", "all": "a",
        "digests": "", "human": "H", "force": "f", "no-cache": "", "pull": "", "check": "", "password-stdin": "",
        "no-prune": "", "latest": "l", "volumes": "v", "verbose": "v",
    ]
    /// Flags of `run` and `create` whose value is a word of its own.
    private static let valued: Set<String> = [
        "env", "env-file", "workdir", "user", "volume", "mount", "tmpfs", "entrypoint", "network", "net", "name",
        "hostname", "memory", "pids-limit", "add-host", "label", "cidfile", "pull", "platform", "color",
    ]
    private static let valuedLetters: Set<Character> = ["e", "w", "u", "v", "h", "m", "l"]

    /// The arguments after `docker`, such values taken out. What belongs to a program in a container stays as it is.
    static func normalized(_ arguments: [String]) -> [String] {
        // Boolean only where a command has it so.
        let isRun = arguments.prefix(2).contains { ["run", "create"].contains($0) } && arguments.first != "image"
        var result: [String] = []
        var index = 0
        var seenCommand = false
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            guard argument.hasPrefix("-"), argument != "-" else {
                result.append(argument)
                let isCommand = ["run", "create"].contains(argument)
                if isRun, seenCommand { return result + arguments[index...] }
                if isCommand { seenCommand = true }
                continue
            }
            if argument == "--" { return result + [argument] + arguments[index...] }
            if let plain = replacement(argument, isRun: isRun) {
                result += plain
                continue
            }
            result.append(argument)
            if isRun, seenCommand, takesNext(argument), index < arguments.count {
                result.append(arguments[index])
                index += 1
            }
        }
        return result
    }

    /// What to write instead of a switch with a value; nil where it is none.
    private static func replacement(_ argument: String, isRun: Bool) -> [String]? {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { return nil }
        let name: String
        if argument.hasPrefix("--") {
            name = String(parts[0].dropFirst(2))
            guard switches[name] != nil, !(isRun && name == "pull") else { return nil }
        } else {
            guard parts[0].count == 2, let found = switches.first(where: { $0.value == parts[0].dropFirst() }) else {
                return nil
            }
            name = found.key
        }
        switch parts[1].lowercased() {
        case "true", "t", "1": return [parts[0]]
        case "false", "f", "0": return name == "human" ? ["--no-human"] : []
        default: return nil
        }
    }

    private static func takesNext(_ argument: String) -> Bool {
        if argument.hasPrefix("--") { return valued.contains(String(argument.dropFirst(2))) }
        // `-itw /x`: the last letter of a cluster takes the next word; a letter before takes the rest of the cluster.
        let letters = argument.dropFirst()
        guard let first = letters.firstIndex(where: { valuedLetters.contains($0) }) else { return false }
        return letters.index(after: first) == letters.endIndex
    }
}
