extension InstructionParser {
    func stage(index: Int) throws(InstructionError) -> Stage {
        var name: String?
        if arguments.count == 3, ASCII.equalFold(arguments[1], "as") {
            let lower = arguments[2].lowercased()
            guard Self.isStageName(lower) else {
                throw InstructionError(
                    id: "stage-name",
                    message:
                        "invalid name for build stage: \(GoQuote.quote(arguments[2])), name can't start with a number or contain symbols",
                    hint: arguments[2].contains("$")
                        ? "variables are not expanded in stage names"
                        : "use a letter, then letters, digits, `-`, `_` and `.`", word: arguments[2])
            }
            name = lower
        } else if arguments.count != 1 {
            throw InstructionError(
                id: "from-arguments", message: "FROM requires either one or three arguments", hint: fromHint,
                word: arguments.count > 1 ? arguments[1] : node.keyword.text)
        }
        let flags = try FlagSet(node.flags, knowing: [("platform", .string)], instruction: "FROM")
        return Stage(
            index: index, base: node.arguments[0], platform: flags.nonEmpty("platform"), name: name,
            originalName: name == nil ? nil : node.arguments[2], range: node.range, text: GoSpace.trim(node.original),
            keyword: node.keyword.text, asKeyword: name == nil ? nil : arguments[1], comments: node.comments,
            documentation: name.flatMap { name in
                node.comments.first { $0.hasPrefix(name + " ") }.map { String($0.dropFirst(name.count + 1)) }
            }, commands: [])
    }

    private var fromHint: String {
        if let comment = arguments.firstIndex(where: { $0.hasPrefix("#") }) {
            return "a comment stands on a line of its own: write FROM \(arguments[..<comment].joined(separator: " "))"
        }
        return switch arguments.count {
        case 0: "write FROM and the image to build on, as in `FROM debian`"
        case 2 where ASCII.equalFold(arguments[1], "as"): "a name is missing after AS"
        case 2: "did you mean FROM \(arguments[0]) AS \(arguments[1])?"
        case 3: "did you mean FROM \(arguments[0]) AS \(arguments[2])?"
        default: "write FROM image AS name"
        }
    }

    static func isStageName(_ name: String) -> Bool {
        guard let first = name.utf8.first, (0x61...0x7A).contains(first) else { return false }
        return name.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || "-_.".utf8.contains($0)
        }
    }
}
