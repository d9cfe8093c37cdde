import Dockerfile

/// A step as a rubric names it: `apt-get install`, `COPY lib`, `RUN make`. It is compared with what an instruction says, not
/// with how it is written.
struct StepPattern {
    /// The instruction in upper case; nil for any that makes a layer.
    private let kind: String?
    private let words: [String]
    /// The same as commands of a shell: `apt-get update && apt-get install` are two.
    private let wanted: [[String]]
    /// What stands behind `--from=`, in lower case.
    private let from: String?

    private static let kinds: Set<String> = ["RUN", "COPY", "ADD", "WORKDIR"]

    init(_ text: String) {
        var words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        // `add` and `run` in lower case may be words of a command.
        if let first = words.first, Self.kinds.contains(first) {
            kind = words.removeFirst()
        } else {
            kind = nil
        }
        from = words.lazy.compactMap { $0.hasPrefix("--from=") ? $0.dropFirst(7).lowercased() : nil }.first
        self.words = words.filter { !$0.hasPrefix("--from=") }
        let commands = ShellScan.commands(self.words.joined(separator: " "))
        wanted = commands.isEmpty ? [self.words] : commands
    }

    /// - Parameter graph: knows the names of stages.
    func matches(_ step: RebuildObservation.Step, _ graph: BuildGraph?) -> Bool {
        if let kind, kind != step.step.kind.uppercased() { return false }
        switch step.step.kind.uppercased() {
        case "RUN":
            let commands = Self.commands(step)
            return wanted.allSatisfy { wanted in
                commands.contains { command in
                    var rest = wanted[...]
                    for word in command where rest.first.map({ Self.isSame($0, word) }) == true { rest.removeFirst() }
                    return rest.isEmpty
                }
            }
        case "COPY", "ADD": return matchesCopy(step.step, graph)
        default: return matches(Array(Self.words(step.step.text).dropFirst()).map(Self.cleaned))
        }
    }

    private func matches(_ arguments: [String]) -> Bool { words.map(Self.cleaned).allSatisfy(arguments.contains) }

    // MARK: - Copies

    private func matchesCopy(_ step: BuildGraph.Step, _ graph: BuildGraph?) -> Bool {
        var sources: [String] = []
        var destinations = step.sources.map(\.destination.string)
        var origin: String?
        switch (try? Command.parseTrigger(step.text))?.instruction {
        case .copy(let copy):
            (sources, origin) = (copy.sources, copy.from)
            destinations.append(Self.cleaned(copy.destination))
        case .add(let add):
            sources = add.sources
            destinations.append(Self.cleaned(add.destination))
        default:
            let words = Self.words(step.text).dropFirst().filter { !$0.hasPrefix("-") }
            sources = Array(words.dropLast())
        }
        guard isFrom(origin, step, graph) else { return false }
        sources = sources.map(Self.cleaned) + step.sources.map(\.path.string)
        let wanted = words.filter { !$0.hasPrefix("--") }.map(Self.cleaned)
        guard let last = wanted.last else { return true }
        // Where there are several, the last one may be where it goes.
        let isLastThere =
            Self.holds(sources, last)
            || kind != nil && wanted.count > 1 && destinations.contains { Self.isSame(path: last, $0) }
        return isLastThere && wanted.dropLast().allSatisfy { Self.holds(sources, $0) }
    }

    private func isFrom(_ origin: String?, _ step: BuildGraph.Step, _ graph: BuildGraph?) -> Bool {
        guard let from else { return origin == nil }
        guard let origin else { return false }
        var names = [origin.lowercased()]
        for source in step.sources {
            guard case .stage(let index) = source.from else { continue }
            names.append(String(index))
            if let graph, graph.stages.indices.contains(index), let name = graph.stages[index].name {
                names.append(name.lowercased())
            }
        }
        return names.contains(from)
    }

    /// Whether a path is among the sources, or in it what is among them: `lib` for `lib/*.c`.
    private static func holds(_ sources: [String], _ wanted: String) -> Bool {
        let (glob, path) = (Glob(ImagePath(wanted).string), ImagePath(wanted))
        return sources.contains { source in
            let source = ImagePath(source)
            return source == path || !path.isRoot && source.isBelow(path) || glob.matches(source.string)
        }
    }

    private static func isSame(path a: String, _ b: String) -> Bool { ImagePath(a) == ImagePath(b) }

    // MARK: - Commands

    /// The commands of a `RUN`, without those that do nothing whatever is said to them, and without comments.
    private static func commands(_ step: RebuildObservation.Step) -> [[String]] {
        var all: [[String]]
        if case .run(let run)? = (try? Command.parseTrigger(step.step.text))?.instruction {
            switch run.commandLine {
            case .exec(let words):
                all =
                    words.count == 3 && words[1] == "-c" ? ShellScan.commands(words[2]) : words.isEmpty ? [] : [words]
            case .shell(let line): all = ShellScan.commands(line)
            }
        } else {
            // A here-document: its text is apart.
            let line = words(step.step.text).dropFirst().drop { $0.hasPrefix("--") }
            all = ShellScan.commands(line.joined(separator: " "))
        }
        if !step.heredocs.isEmpty { all += ShellScan.commands(step.heredocs) }
        // A text in quotes is several words, and may be a command for another shell.
        return all.map { $0.prefix { !$0.hasPrefix("#") }.flatMap(words) }.filter { command in
            guard let first = command.first else { return false }
            return ![":", "true", "false"].contains(first.split(separator: "/").last.map(String.init) ?? first)
        }
    }

    /// The same word, a program also by its path.
    private static func isSame(_ wanted: String, _ word: String) -> Bool {
        if wanted == word || cleaned(wanted) == cleaned(word) { return true }
        return !wanted.contains("/") && word.split(separator: "/").last.map(String.init) == wanted
    }

    private static func words(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    /// Without `./`, doubled slashes and one at the end.
    private static func cleaned(_ word: String) -> String {
        guard word.contains("/"), !word.contains("://") else { return word }
        let path = ImagePath(word).string
        return word.hasPrefix("/") ? path : path == "/" ? "." : String(path.dropFirst())
    }
}
