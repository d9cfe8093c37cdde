import Diagnostics
import Dockerfile

/// Which stage needs which: decided before anything runs.
struct StageGraph: Sendable {
    /// A stage with its base decided.
    struct Vertex: Sendable {
        var stage: Stage
        var base: Base
        /// The base as it is written, expanded.
        var baseName: String
        /// `--platform`, expanded; nil: the target platform.
        var platform: PlatformName?
        /// A context given with `--build-context` stands in for the whole stage: its instructions do not count.
        var isReplaced = false
        /// Stages that must be done before this one is, in order of first need.
        var dependencies: [Int] = []
    }

    enum Base: Sendable, Hashable {
        case scratch
        case stage(Int)
        case image(String)
        case context(String)
    }

    /// What `COPY --from` or `--mount from=` names.
    enum Origin: Sendable, Hashable {
        case stage(Int)
        case image(String)
        case context(String)
        case scratch
    }

    var vertices: [Vertex]
    /// The stage to build.
    var target: Int
    /// Needed to build the target, the target included.
    var needed: Set<Int>

    private let latestByName: [String: Int]
    private let contexts: [String: NamedContext]

    /// Decides bases and dependencies of all stages, those that nobody needs too: a mistake in one is still a mistake.
    init(
        _ dockerfile: Dockerfile, arguments: GlobalArguments, target name: String?,
        namedContexts: [String: NamedContext], file: String
    ) throws(BuildFailure) {
        let contexts = Dictionary(
            namedContexts.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
        var known: [String: Int] = [:]
        var vertices: [Vertex] = []
        for stage in dockerfile.stages {
            var vertex = try Self.vertex(stage, dockerfile: dockerfile, arguments: arguments, file: file)
            vertex.base = Self.base(vertex.baseName, stage: stage, known: known, contexts: contexts)
            if case .image(let name) = vertex.base { try Self.check(name, of: stage, file: file) }
            vertex.isReplaced = stage.name.map { contexts[$0.lowercased()] != nil } ?? false
            vertices.append(vertex)
            if let name = stage.name { known[name.lowercased()] = stage.index }
        }
        guard !vertices.isEmpty else {
            throw .learner(
                "no-stages", "dockerfile contains no stages to build",
                hint: "a Dockerfile starts with FROM and the image to build on, as in FROM debian", file: file,
                range: SourceRange(line: 1))
        }
        var target = vertices.count - 1
        if let name {
            guard let index = known[name.lowercased()] else { throw Self.noTarget(name, dockerfile, file: file) }
            target = index
        }
        latestByName = known
        self.contexts = contexts
        self.vertices = vertices
        self.target = target
        needed = []
        for index in vertices.indices { try connect(index, file: file) }
        markNeeded()
    }

    /// Finds what a name in `COPY --from` or `--mount from=` stands for.
    /// - Parameter stage: the stage that asks; only earlier ones count.
    func origin(
        _ name: String, from stage: Int, command: Command, file: String
    ) throws(BuildFailure) -> Origin {
        let range = command.lines(at: name)
        if name.utf8.contains(UInt8(ascii: "$")) {
            throw .learner(
                "no-such-stage",
                "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround",
                hint: "write FROM \(name) AS files before this stage, then --from=files", file: file, range: range)
        }
        if let index = Int(name), name.utf8.allSatisfy({ (48...57).contains($0) }) {
            guard index < vertices.count else {
                throw .learner(
                    "no-such-stage", "there is no stage \(index)",
                    hint:
                        "stages count from 0, so the last of this file is \(vertices.count - 1); a name says it better: "
                        + "FROM ... AS name, then --from=name", file: file, range: range)
            }
            try require(index, before: stage, name: name, file: file, range: range)
            return .stage(index)
        }
        if let index = latestByName[name.lowercased()] {
            try require(index, before: stage, name: name, file: file, range: range)
            return .stage(index)
        }
        switch contexts[name.lowercased()] {
        case .directory: return .context(name)
        case .image(let reference): return .image(reference)
        case .scratch: return .scratch
        case nil: break
        }
        if name.lowercased() == "scratch" { return .scratch }
        return .image(name)
    }

    /// Whether the layers of a stage's base are in what is built: it is the target, or the target stands on it.
    func standsOnBase(of index: Int) -> Bool {
        var stage = target
        while stage != index {
            guard case .stage(let base) = vertices[stage].base else { return false }
            stage = base
        }
        return true
    }

    /// Names of stages before one, for "did you mean".
    func names(before stage: Int) -> [String] {
        vertices.prefix(stage).compactMap { $0.stage.name }
    }

    // MARK: - Building it

    private static func vertex(
        _ stage: Stage, dockerfile: Dockerfile, arguments: GlobalArguments, file: String
    ) throws(BuildFailure) -> Vertex {
        let name: String
        var platform: PlatformName?
        let place = stage.range.starting(at: stage.base.range)
        do {
            name = try dockerfile.wordExpander.expand(stage.base.text) { arguments.values[$0] }.text
        } catch {
            throw .word(error, file: file, range: place)
        }
        guard !name.isEmpty else {
            throw .learner(
                "blank-base", "base name (\(stage.base.text)) should not be blank",
                hint: "give the ARG a default before the first FROM, or pass --build-arg", file: file, range: place)
        }
        if let text = stage.platform {
            do {
                let expanded = try dockerfile.wordExpander.expand(text) { arguments.values[$0] }.text
                guard !expanded.isEmpty else {
                    throw BuildFailure.learner(
                        "blank-platform", "empty platform value from expression \(text)",
                        hint: "give the ARG a default before the first FROM, or pass --build-arg", file: file,
                        range: stage.range)
                }
                platform = try PlatformName(expanded)
            } catch let error as WordError {
                throw .word(error, file: file, range: stage.range)
            } catch let error as InstructionError {
                throw .learner(error.id, error.message, hint: error.hint, file: file, range: stage.range)
            } catch let error as BuildFailure {
                throw error
            } catch {
                throw .learner("bad-platform", "\(error)", file: file, range: stage.range)
            }
        }
        return Vertex(stage: stage, base: .scratch, baseName: name, platform: platform)
    }

    /// Refuses what cannot be the name of an image, before anybody asks for it.
    private static func check(_ name: String, of stage: Stage, file: String) throws(BuildFailure) {
        guard !ImageNameSyntax.isValid(name) else { return }
        let hint: String
        if name.contains("://") {
            hint = "an image's name is no web address: write it as in debian or example.org/you/image"
        } else if ImageNameSyntax.isValid(name.lowercased()) {
            hint = "names are in lower case: did you mean \(name.lowercased())?"
        } else if stage.base.text.contains("$"), name.hasSuffix(":") || name.hasSuffix("@") {
            hint =
                "a variable in \(stage.base.text) has no value: give its ARG a default before the first FROM, or pass "
                + "--build-arg"
        } else {
            hint = PastedText.hint(in: stage.text) ?? ImageName.hint(name)
        }
        throw .learner(
            "image-name", "failed to parse stage name \(GoQuote.quote(name)): invalid reference format", hint: hint,
            file: file, range: stage.range.starting(at: stage.base.range))
    }

    private static func base(
        _ name: String, stage: Stage, known: [String: Int], contexts: [String: NamedContext]
    ) -> Base {
        // A context given for the stage's own name takes the place of the whole base.
        for candidate in [stage.name, name].compactMap({ $0?.lowercased() }) {
            switch contexts[candidate] {
            case .directory: return .context(candidate)
            case .image(let reference): return .image(reference)
            case .scratch: return .scratch
            case nil: break
            }
        }
        if let index = known[name.lowercased()] { return .stage(index) }
        return name == "scratch" ? .scratch : .image(name)
    }

    private mutating func connect(_ index: Int, file: String) throws(BuildFailure) {
        var dependencies: [Int] = []
        if case .stage(let base) = vertices[index].base { dependencies.append(base) }
        for command in vertices[index].isReplaced ? [] : vertices[index].stage.commands {
            for name in Self.originNames(of: command.instruction) {
                if case .stage(let source) = try origin(name, from: index, command: command, file: file),
                    !dependencies.contains(source)
                {
                    dependencies.append(source)
                }
            }
        }
        vertices[index].dependencies = dependencies
    }

    /// What an instruction names as an origin.
    static func originNames(of instruction: Instruction) -> [String] {
        switch instruction {
        case .copy(let copy): copy.from.map { [$0] } ?? []
        case .run(let run): run.mountOrigins
        default: []
        }
    }

    private func require(
        _ index: Int, before stage: Int, name: String, file: String, range: SourceRange
    ) throws(BuildFailure) {
        guard index >= stage else { return }
        if index == stage {
            throw .learner(
                "no-such-stage", "circular dependency detected on stage: \(name)",
                hint: "a stage cannot take files from itself: name an earlier one", file: file, range: range)
        }
        let current = vertices[stage].stage.name ?? String(stage)
        throw .learner(
            "no-such-stage",
            "cannot copy from stage \"\(name)\", it needs to be defined before current stage \"\(current)\"",
            hint: "move the stage on line \(vertices[index].stage.range.start.line) above line "
                + "\(vertices[stage].stage.range.start.line)", file: file, range: range)
    }

    private static func noTarget(_ name: String, _ dockerfile: Dockerfile, file: String) -> BuildFailure {
        let names = dockerfile.stages.compactMap { $0.name }
        let nearest = Suggestion.nearest(to: name, among: names).map { " (did you mean \($0)?)" } ?? ""
        let hint =
            names.isEmpty
            ? "no stage has a name: write FROM image AS name" : "stages of this file: \(names.joined(separator: ", "))"
        return .learner(
            "no-such-stage", "target stage \"\(name)\" could not be found\(nearest)", hint: hint, file: file,
            range: dockerfile.stages.first?.range)
    }

    private mutating func markNeeded() {
        var pending = [target]
        while let index = pending.popLast() {
            guard needed.insert(index).inserted else { continue }
            pending += vertices[index].dependencies
        }
    }
}
