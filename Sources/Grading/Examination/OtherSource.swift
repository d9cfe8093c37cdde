import Checks
import Lessons
import Linux
import SystemPackage

/// A source that replacing did not reach: a file under a name that the rule does not know, or one out of an archive.
///
/// Asked only where nothing changed, so that who compiles `hello.cc` beside an unused `hello.c` is not accused.
struct OtherSource {
    let rule: SubstitutionRule
    let examination: Examination
    /// The order in which the sources are replaced.
    let order: BuildOrder
    let token: String

    private enum Limit {
        static let files = 50
        static let strangers = 3
        static let bytes = 1 << 20
    }

    /// The file that the program seems to be compiled from, to be shown; nil where none is to be seen.
    /// - Parameter rebuilt: what the order came to.
    /// - Throws: when what has to be looked at cannot be, by no fault of the submission.
    func file(
        _ rebuilt: BuildReply.Built, _ observations: Observations
    ) async throws(Ungradable) -> String? {
        guard Self.startsCompiledProgram(observations) else { return nil }
        if let file = try await keptSource(rebuilt) { return file }
        return try await followedText(rebuilt)
    }

    /// The source that there is no canary for and that the build cannot do without, in words; nil where there is none.
    /// - Throws: when the build fails by no fault of the submission.
    func needed(
        _ sources: [ContextSources.Source], _ rebuilt: BuildReply.Built, _ observations: Observations
    ) async throws(Ungradable) -> String? {
        guard Self.startsCompiledProgram(observations) else { return nil }
        for source in sources.prefix(Limit.strangers) where rebuilt.contextFiles[source.path.string] != nil {
            var order = order
            order.substitutions[source.path] = Array("( no source [ of \(token) {\n".utf8)
            switch await examination.engine.build(order) {
            case .built: continue
            case .failed: return source.words
            case .impossible(let reason): throw reason
            }
        }
        return nil
    }

    /// Whether the command starts a program of the submission that a `RUN` made.
    private static func startsCompiledProgram(_ observations: Observations) -> Bool {
        guard let program = observations.ownCommand, program.origin?.end == .built else { return false }
        return observations.executables.first(where: \.isCommand)?.content?.isELF == true
    }

    /// A source in the build that holds the expected text, although each source of the folder was replaced.
    private func keptSource(_ rebuilt: BuildReply.Built) async throws(Ungradable) -> String? {
        let patterns = rule.files.map { NamePattern($0) }
        let dockerfile = Wording.clipped(rebuilt.graph.dockerfile, 80)
        for step in rebuilt.graph.stages.filter({ !$0.isSkipped }).flatMap(\.steps) {
            guard let layer = step.layer else { continue }
            let table = try await examination.engine.layer(layer)
            let sources = table.entries.lazy.filter { entry in
                let name = String(decoding: entry.path.name, as: UTF8.self)
                return entry.kind == .file && patterns.contains { $0.matches(name) }
            }
            for entry in sources.prefix(Limit.files) {
                guard let file = await examination.engine.file(entry.path, inLayer: layer) else { continue }
                let bytes = file.contents(limit: Limit.bytes)
                if ByteSearch.contains(bytes, Array(rule.text.utf8)), !ByteSearch.contains(bytes, Array(token.utf8)) {
                    return "\(Wording.safe(entry.path)) (\(dockerfile):\(step.line))"
                }
            }
        }
        return nil
    }

    /// A text of the folder that is no source by its name, and that the program holds a part of.
    private func followedText(_ rebuilt: BuildReply.Built) async throws(Ungradable) -> String? {
        // Links count inside the folder only.
        guard let root = try? RootedDirectory(at: order.context) else { return nil }
        var order = order
        var files: [String] = []
        for path in rebuilt.contextFiles.keys.sorted() where files.count < Limit.files {
            let file = FilePath(path)
            guard order.substitutions[file] == nil, path != order.dockerfileName,
                let bytes = try? root.readFile(file, limit: Limit.bytes),
                !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self), text.contains(rule.text)
            else { continue }
            order.substitutions[file] = Array(text.replacing(rule.text, with: "\(rule.text) \(token)").utf8)
            files.append(path)
        }
        guard !files.isEmpty else { return nil }
        let changed: BuildReply.Built
        switch await examination.engine.build(order) {
        case .built(let reply): changed = reply
        case .failed: return nil
        case .impossible(let reason): throw reason
        }
        let limits = examination.exercise.limits
        let output = try await examination.engine.output(of: changed.image, RunOrder(limits: limits))
        let needle = Array(token.utf8)
        guard ByteSearch.contains(output, needle),
            try await !TokenSearch(engine: examination.engine).programs(of: changed, needle).isEmpty
        else { return nil }
        return files.prefix(3).map { "`\(Wording.clipped($0, 80))`" }.joined(separator: ", ")
    }
}
