import Diagnostics

extension Dockerfile {
    /// How many errors are collected before parsing gives up.
    private static let errorLimit = 20

    /// Parses the bytes of a file. Warnings are in ``diagnostics``.
    package static func parse(_ bytes: [UInt8], file: String) throws(DockerfileError) -> Dockerfile {
        let source = DockerfileSource(bytes: bytes, file: file)
        return try parse(try DockerfileTree.parse(source), source: source)
    }

    /// Gives instructions their meaning.
    static func parse(_ tree: DockerfileTree, source: DockerfileSource) throws(DockerfileError) -> Dockerfile {
        var dockerfile = Dockerfile(
            source: source, directives: tree.directives, metaArguments: [], stages: [],
            diagnostics: tree.warnings, nodes: tree.nodes)
        var failures: [Diagnostic] = []
        var firstLines: ClosedRange<Int>?
        var hasBase = false
        for node in tree.nodes {
            if node.name == "from" { hasBase = true }
            do throws(InstructionError) {
                try dockerfile.add(node)
            } catch {
                // A FROM that is wrong has been said to be: what follows it lacks none.
                if error.id == "no-stage", hasBase { continue }
                failures.append(error.diagnostic(in: node, file: source.file))
                if firstLines == nil { firstLines = node.range.start.line...node.range.lastLine }
                if failures.count == errorLimit { break }
            }
        }
        if let firstLines {
            throw DockerfileError(diagnostics: failures + tree.warnings, lines: firstLines)
        }
        guard !dockerfile.stages.isEmpty else {
            throw DockerfileError(
                diagnostics: [
                    Diagnostic(
                        id: "no-stage", severity: .error, file: source.file,
                        range: tree.nodes.last?.range, message: "dockerfile contains no stages to build",
                        hint: "add FROM and the image to build on, as in `FROM debian`")
                ], lines: 1...max(1, source.lineCount))
        }
        return dockerfile
    }

    private mutating func add(_ node: Node) throws(InstructionError) {
        let parser = InstructionParser(node: node)
        if node.name == "from" {
            stages.append(try parser.stage(index: stages.count))
            return
        }
        let command = try parser.command()
        if stages.isEmpty {
            if case .arg = command.instruction {
                metaArguments.append(command)
                return
            }
            throw InstructionError(
                id: "no-stage", message: "no build stage in current context",
                hint: "FROM comes first: only ARG may stand before it", word: node.keyword.text)
        }
        stages[stages.count - 1].commands.append(command)
    }
}

extension InstructionError {
    /// The error with its place: the word's, if it is one of the instruction's, else the whole instruction.
    func diagnostic(in node: Node, file: String?) -> Diagnostic {
        let all = [node] + node.children
        let words = all.flatMap { [$0.keyword] + $0.flags + $0.arguments }
        let range = word.flatMap { text in
            words.first { $0.text.sameBytes(text) }?.range
                ?? words.first { $0.text.hasPrefix("--") && $0.text.contains(text) }?.range
        }
        return Diagnostic(
            id: id, severity: .error, file: file, range: range ?? node.range, message: message,
            hint: id == "unknown-instruction" ? hint : PastedText.hint(in: node.original) ?? hint)
    }
}

extension Command {
    /// Parses a trigger (`ONBUILD`) out of an image's config.
    package static func parseTrigger(_ text: String) throws(DockerfileError) -> Command {
        let source = DockerfileSource(bytes: Array(text.utf8), file: "ONBUILD trigger")
        let tree = try DockerfileTree.parse(source)
        func failure(_ diagnostic: Diagnostic) -> DockerfileError {
            DockerfileError(diagnostics: [diagnostic], lines: 1...max(1, source.lineCount))
        }
        guard tree.nodes.count == 1, let node = tree.nodes.first else {
            throw failure(
                Diagnostic(
                    id: "onbuild-trigger", severity: .error, file: source.file, range: nil,
                    message: "onbuild trigger should be a single expression"))
        }
        do throws(InstructionError) {
            return try InstructionParser(node: node).command()
        } catch {
            throw failure(error.diagnostic(in: node, file: source.file))
        }
    }
}
