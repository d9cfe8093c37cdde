import Diagnostics
import Dockerfile

extension BuildRequest {
    /// What keeps the Dockerfile from being built on any machine, found from its text alone: nothing is started, no image
    /// is looked up, no file is opened. nil when only a build can tell.
    /// - Parameter images: names that stand for images: none of them is a stage's misspelt name.
    package func mistake(images: [String] = []) -> BuildFailure? {
        let file = dockerfileName
        do {
            let parsed = try Dockerfile.parse(dockerfile, file: file)
            if let failure = Self.dash(parsed, file: file) { return failure }
            let host = try PlatformName.host()
            let target = try platform.map { (text) throws(InstructionError) in try PlatformName(text) } ?? host
            let globals = try GlobalArguments(
                of: parsed,
                platform: PlatformArguments.values(
                    target: target, build: host, targetStage: parsed.stages.last?.name, overrides: buildArguments),
                buildArguments: buildArguments, file: file)
            let graph = try StageGraph(
                parsed, arguments: globals, target: self.target, namedContexts: namedContexts, file: file)
            return Self.misspeltStage(parsed, graph, images: images, file: file)
        } catch let error as DockerfileError {
            return BuildFailure(error, file: file)
        } catch let error as BuildFailure {
            return error
        } catch {
            // A platform that makes no sense: the build says so.
            return nil
        }
    }

    /// A list of the Dockerfile's commands that is none, because of its quotes: it builds, and does not start.
    package var remarks: [String] {
        guard let parsed = try? Dockerfile.parse(dockerfile, file: dockerfileName) else { return [] }
        return parsed.stages.flatMap(\.commands).compactMap { command in
            switch command.instruction {
            case .cmd, .entrypoint: break
            default: return nil
            }
            let rest = command.text.dropFirst(command.keyword.count).drop(while: \.isWhitespace)
            guard rest.hasPrefix("["), PastedText.hasCurlyQuotes(rest) || rest.contains("'") && !rest.contains("\"")
            else { return nil }
            return
                "\(dockerfileName):\(command.range.start.line): this list has other quotes than \", so it is no list but a line of shell"
        }
    }

    /// A flag whose hyphens a word processor turned into a dash: without this, the flag would be taken for a file.
    private static func dash(_ dockerfile: Dockerfile, file: String) -> BuildFailure? {
        for command in dockerfile.stages.flatMap(\.commands) {
            switch command.instruction {
            case .copy, .add, .run: break
            default: continue
            }
            // Flags come first: the first word that is none ends them.
            let words = command.text.split(whereSeparator: \.isWhitespace).dropFirst()
            guard let word = words.first(where: { !$0.hasPrefix("--") }),
                let found = PastedText.dashedWord(in: word)
            else { continue }
            return .learner(
                "typographic-dash", "`\(found.written)` is no flag: it begins with a dash, not with two hyphens",
                hint: "type `\(found.meant)`", file: file, range: command.range)
        }
        return nil
    }

    /// `--from` that names no stage and no image that is known, and is nearly the name of a stage.
    private static func misspeltStage(
        _ dockerfile: Dockerfile, _ graph: StageGraph, images: [String], file: String
    ) -> BuildFailure? {
        for stage in dockerfile.stages {
            for command in stage.commands {
                for name in StageGraph.originNames(of: command.instruction) {
                    guard
                        case .image? = try? graph.origin(name, from: stage.index, command: command, file: file),
                        !name.contains(where: { "/:@".contains($0) }), !images.contains(name),
                        let near = Suggestion.nearest(to: name, among: graph.names(before: stage.index))
                    else { continue }
                    return .learner(
                        "no-such-stage", "there is no stage \"\(name)\"", hint: "did you mean `\(near)`?", file: file,
                        range: command.range)
                }
            }
        }
        return nil
    }
}
