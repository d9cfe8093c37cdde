import Diagnostics

/// Stages and who uses them; sources and where they come from.
extension LintRun {
    /// The stage that a `--from=` names for a command of stage `index`, if it is one.
    static func stage(_ name: String, before index: Int, _ dockerfile: Dockerfile) -> Int? {
        if let number = Int(name) { return dockerfile.stages.indices.contains(number) && number < index ? number : nil }
        return dockerfile.stages[..<index].last { $0.name == name.lowercased() }?.index
    }

    static func origins(_ command: Command) -> [String] {
        switch command.instruction {
        case .copy(let copy): copy.from.map { [$0] } ?? []
        case .run(let run): run.mountOrigins
        default: []
        }
    }

    mutating func checkStageUse(_ dockerfile: Dockerfile) {
        guard dockerfile.stages.count <= 10_000 else { return }
        var byName: [String: Int] = [:]
        var uses: [Set<Int>] = []
        for stage in dockerfile.stages {
            var used: Set<Int> = []
            if let base = byName[stage.base.text.lowercased()] { used.insert(base) }
            for command in stage.commands {
                for origin in Self.origins(command) {
                    if let number = Int(origin) {
                        if number >= 0, number < stage.index { used.insert(number) }
                    } else if let index = byName[origin.lowercased()] {
                        used.insert(index)
                    } else {
                        checkOrigin(origin, command, stage, dockerfile)
                    }
                }
            }
            uses.append(used)
            if let name = stage.name { byName[name] = stage.index }
        }
        // Variables in a base may name any stage.
        guard !dockerfile.stages.contains(where: { $0.base.text.contains("$") }) else { return }
        var reached: Set<Int> = []
        var open = [targetStage(dockerfile)]
        while let index = open.popLast() {
            guard reached.insert(index).inserted else { continue }
            open += uses[index]
        }
        guard options.target == nil else { return }
        for stage in dockerfile.stages where !reached.contains(stage.index) {
            let name = stage.name.map { "`\($0)`" } ?? "number \(stage.index)"
            warn(
                "unused-stage", "stage \(name) is not part of the image: no later stage uses it, so it is not built",
                at: stage.originalName?.range ?? stage.range, comments: stage.comments,
                hint:
                    "copy from it with COPY --from=\(stage.name ?? String(stage.index)), or build it alone with --target",
                severity: .note)
        }
    }

    private mutating func checkOrigin(_ origin: String, _ command: Command, _ stage: Stage, _ dockerfile: Dockerfile) {
        let names = dockerfile.stages.compactMap(\.name)
        if dockerfile.stages[stage.index...].contains(where: { $0.name == origin.lowercased() }) {
            let isOwn = stage.name == origin.lowercased()
            warn(
                "later-stage",
                isOwn
                    ? "stage `\(origin)` copies from itself"
                    : "stage `\(origin)` comes later: it is not built yet here",
                at: command.range(of: origin), comments: command.comments,
                hint: isOwn ? "leave out --from to copy from the build context" : "move that stage before this one")
        } else if let near = Suggestion.nearest(to: origin, among: names) {
            warn(
                "stage-typo", "no stage is called `\(origin)`, so it is looked for as an image",
                at: command.range(of: origin), comments: command.comments, hint: "did you mean \(near)?")
        }
    }

    mutating func checkCopies(_ dockerfile: Dockerfile) {
        for command in dockerfile.stages.flatMap(\.commands) {
            let sources: [String]
            let destination: String
            let count: Int
            switch command.instruction {
            case .copy(let copy):
                (sources, destination, count) =
                    (
                        copy.from == nil ? copy.sources : [], copy.destination,
                        copy.sources.count + copy.inlineSources.count
                    )
            case .add(let add):
                (sources, destination, count) = (
                    add.sources, add.destination, add.sources.count + add.inlineSources.count
                )
            default: continue
            }
            for source in sources {
                let clean = GoPath.clean(source)
                guard clean == ".." || clean.hasPrefix("../") else { continue }
                warn(
                    "outside-context",
                    "`\(source)` is outside of the build context, the directory that docker build is given",
                    at: command.range(of: source), comments: command.comments,
                    hint: "copy the file into the context, or build from the directory above with -f")
            }
            let name = destination.split(separator: "/").last ?? ""
            if count > 1, !destination.hasSuffix("/"), name != ".", name != "..", !destination.contains("$") {
                warn(
                    "sources-without-directory",
                    "several sources but no `/` at the end: if `\(destination)` is no directory yet, only the last one is kept, as a file",
                    at: command.range(of: destination), comments: command.comments, hint: "write \(destination)/",
                    severity: .note)
            }
        }
    }

    // MARK: Characters that came with the clipboard

    /// One warning for each line; here-documents and comments may hold what they like.
    mutating func checkCharacters(_ nodes: [Node]) {
        guard options.teaches else { return }
        var quiet: Set<Int> = []
        for node in nodes where !node.heredocs.isEmpty {
            let body = node.heredocs.reduce(0) { $0 + $1.content.count { $0 == UInt8(ascii: "\n") } + 1 }
            quiet.formUnion(
                max(
                    node.range.start.line + 1, node.range.lastLine - body + 1)...max(
                        node.range.lastLine, node.range.start.line + 1))
        }
        var comments: [Int: [String]] = [:]
        for node in nodes where !node.comments.isEmpty { comments[node.range.start.line] = node.comments }
        var number = 0
        while number < source.lineCount {
            number += 1
            guard let line = source.line(number), line.contains(where: { $0 >= 0x80 }), !quiet.contains(number),
                GoSpace.trimLeading(line).first != UInt8(ascii: "#")
            else { continue }
            guard let text = String(validating: line, as: UTF8.self) else {
                warn(
                    "pasted-character", "the line is not valid UTF-8",
                    at: SourceRange(line: number, length: line.count),
                    hint: "save the file again as UTF-8")
                continue
            }
            for (column, scalar) in text.unicodeScalars.enumerated() {
                guard let found = PastedText.character(scalar) else { continue }
                warn(
                    "pasted-character",
                    "\(found.name) (\(found.code)), as slides and word processors make them",
                    at: SourceRange(line: number, column: column + 1, length: 1), comments: comments[number] ?? [],
                    hint: found.advice)
                break
            }
        }
    }
}
