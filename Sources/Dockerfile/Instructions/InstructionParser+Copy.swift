extension InstructionParser {
    private func twoArguments(_ name: String) throws(InstructionError) {
        guard arguments.count < 2 else { return }
        throw InstructionError(
            id: "missing-destination",
            message:
                "\(name) requires at least two arguments, but only one was provided. Destination could not be determined",
            hint: "write what to copy and where to, as in \(name) hello.c .", word: arguments.first)
    }

    func copy() throws(InstructionError) -> CopyInstruction {
        try twoArguments("COPY")
        let flags = try FlagSet(
            node.flags,
            knowing: [
                ("from", .string), ("chown", .string), ("chmod", .string), ("link", .bool), ("parents", .bool),
                ("exclude", .strings),
            ], instruction: "COPY")
        let (sources, inline, destination) = try sourcesAndDestination("COPY")
        var copy = CopyInstruction(destination: destination)
        copy.sources = sources
        copy.inlineSources = inline
        copy.from = flags.nonEmpty("from")
        copy.chown = flags.nonEmpty("chown")
        copy.chmod = flags.nonEmpty("chmod")
        copy.link = flags.bool("link") ?? false
        copy.parents = flags.bool("parents") ?? false
        copy.excludes = flags.all("exclude")
        return copy
    }

    func add() throws(InstructionError) -> AddInstruction {
        try twoArguments("ADD")
        let flags = try FlagSet(
            node.flags,
            knowing: [
                ("chown", .string), ("chmod", .string), ("link", .bool), ("exclude", .strings),
                ("keep-git-dir", .bool), ("checksum", .string), ("unpack", .bool),
            ], instruction: "ADD")
        let (sources, inline, destination) = try sourcesAndDestination("ADD")
        var add = AddInstruction(destination: destination)
        add.sources = sources
        add.inlineSources = inline
        add.chown = flags.nonEmpty("chown")
        add.chmod = flags.nonEmpty("chmod")
        add.link = flags.bool("link") ?? false
        add.excludes = flags.all("exclude")
        add.checksum = flags.nonEmpty("checksum")
        add.keepGitDirectory = flags.bool("keep-git-dir")
        add.unpack = flags.bool("unpack")
        return add
    }

    private func sourcesAndDestination(_ name: String) throws(InstructionError)
        -> (sources: [String], inline: [InlineSource], destination: String)
    {
        let destination = arguments[arguments.count - 1]
        if (try? Heredoc.parse(destination)) != nil {
            throw InstructionError(
                id: "heredoc-destination", message: "\(name) cannot accept a heredoc as a destination",
                hint: "the destination comes last: \(name) <<EOF /path", word: destination)
        }
        // The last one of a name wins, as in BuildKit's map.
        let contents = Dictionary(node.heredocs.map { ($0.name, $0.content) }, uniquingKeysWith: { $1 })
        var sources: [String] = []
        var inline: [InlineSource] = []
        for source in arguments.dropLast() {
            guard let found = try? Heredoc.parse(source) else {
                sources.append(source)
                continue
            }
            var heredoc = found
            heredoc.content = contents[heredoc.name] ?? []
            inline.append(
                InlineSource(name: heredoc.name, content: heredoc.effectiveContent, expands: heredoc.expands))
        }
        return (sources, inline, destination)
    }
}
