import Checks
import Diagnostics
import Dockerfile
import Lessons
import OCI
import SystemPackage

/// Replaces the sources of a submission by a program that holds a secret, builds again and looks for the secret.
struct Substitution {
    let rule: SubstitutionRule
    let examination: Examination
    let order: BuildOrder
    let built: BuildReply.Built

    /// - Throws: when the fault is neither the submission's nor the canary's.
    func observe(_ observations: Observations) async throws(Ungradable) -> SubstitutionObservation {
        let same = await sameAsContextFile(observations)
        let canary = Canary(text: rule.text, token: token)
        let sources = ContextSources(rule, in: order.context)
        let replaced = sources.replaceable.map { Wording.clipped($0.path.string, 120) }
        func observation(_ outcome: SubstitutionObservation.Outcome) -> SubstitutionObservation {
            SubstitutionObservation(outcome: outcome, replaced: replaced, sameAsContextFile: same)
        }
        guard !sources.replaceable.isEmpty else {
            guard same == nil else { return observation(.noSources) }
            if let strange = sources.strange.first { return observation(.noCanary(strange.words)) }
            let other = OtherSource(rule: rule, examination: examination, order: order, token: canary.token)
            if let file = try await other.file(built, observations) { return observation(.otherSource(file)) }
            return observation(.noSources)
        }
        let order = replacing(sources, by: canary)
        switch await examination.engine.build(order) {
        case .impossible(let reason): throw reason
        case .failed(let failure, _): return observation(.rebuildFailed(failure.message))
        case .built(let rebuilt):
            let found = try await outcome(rebuilt, canary, observations)
            if found == .unchanged, same == nil, try await printsNothing(rebuilt, observations) {
                return observation(.nothingPrinted)
            }
            guard found == .unchanged, same == nil else { return observation(found) }
            // Where the program is no file of the folder, its source may stand in the Dockerfile.
            if let line = InlineSource(rule: rule, order: order, built: built).line {
                return observation(.inlineSource(line: line))
            }
            if try await followsInBuild(sources, canary, observations) { return observation(.printedInBuild) }
            let other = OtherSource(rule: rule, examination: examination, order: order, token: canary.token)
            if let file = try await other.file(rebuilt, observations) { return observation(.otherSource(file)) }
            if let words = try await other.needed(sources.strange, rebuilt, observations) {
                return observation(.noCanary(words))
            }
            return observation(found)
        }
    }

    /// The submission's build with a canary in place of its sources.
    private func replacing(_ sources: ContextSources, by canary: Canary) -> BuildOrder {
        var order = order
        for source in sources.replaceable { order.substitutions[source.path] = canary.source(in: source.language) }
        // What the learner's own build left in a cache mount was made of another source: it must not be found here.
        order.scope += "-\(canary.token)" + (canary.isLoud ? "-loud" : "")
        return order
    }

    private func outcome(
        _ rebuilt: BuildReply.Built, _ canary: Canary, _ observations: Observations
    ) async throws(Ungradable) -> SubstitutionObservation.Outcome {
        let needle = Array(canary.token.utf8)
        let limits = examination.exercise.limits
        let order = RunOrder(limits: limits, environment: canary.environment(.telling))
        let output = try await examination.engine.output(of: rebuilt.image, order)
        let isTold = ByteSearch.contains(output, needle)
        // The source itself was printed, not run.
        if isTold, ByteSearch.contains(output, Array("getenv(\"".utf8)) { return .unchanged }
        if !isTold {
            if Self.isBlank(output), !Self.shipsProgram(observations) { return .noProgram }
            // What prints the expected text without the secret is another program, whatever else is in the image.
            guard !ByteSearch.contains(output, Array(rule.text.utf8)) else { return .unchanged }
        }
        var programs = try await TokenSearch(engine: examination.engine).programs(of: rebuilt, needle)
        guard isTold || !programs.isEmpty else { return .unchanged }
        // A program that was packed holds no text; what the command starts is it.
        if programs.isEmpty, let own = observations.ownCommand, own.content?.isELF == true { programs = [own.path] }
        let isDirect = DirectCommand(built.image.config, found: observations.ownCommand?.path).starts(one: programs)
        return try await StrayText(engine: examination.engine, canary: canary, limits: limits).outcome(
            isTold ? .printed : .embedded, output, of: rebuilt.image, original: built.image, programs: programs,
            isDirect: isDirect)
    }

    /// Whether neither the submission's own image nor the one with the canary prints anything: then the first has shown
    /// nothing that could have come from elsewhere.
    private func printsNothing(
        _ rebuilt: BuildReply.Built, _ observations: Observations
    ) async throws(Ungradable) -> Bool {
        guard !observations.runs.isEmpty, observations.runs.allSatisfy({ Self.isBlank($0.standardOutput) }) else {
            return false
        }
        let order = RunOrder(limits: examination.exercise.limits)
        return Self.isBlank(try await examination.engine.output(of: rebuilt.image, order))
    }

    private static func isBlank(_ output: [UInt8]) -> Bool {
        output.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    }

    /// Whether the image prints the secret when the program does so while it is built: `RUN ./hello >/text` keeps what it
    /// printed then. A program of the submission's that is started itself has nothing to keep.
    private func followsInBuild(
        _ sources: ContextSources, _ canary: Canary, _ observations: Observations
    ) async throws(Ungradable) -> Bool {
        let programs =
            observations.delta?.entries.filter { $0.content?.isELF == true && !$0.isHidden }.map(\.path) ?? []
        let command = DirectCommand(built.image.config, found: observations.ownCommand?.path)
        guard !command.starts(one: programs) else { return false }
        let loud = Canary(text: canary.text, token: canary.token, isLoud: true)
        switch await examination.engine.build(replacing(sources, by: loud)) {
        case .impossible(let reason): throw reason
        case .failed: return false
        case .built(let rebuilt):
            let output = try await examination.engine.output(
                of: rebuilt.image, RunOrder(limits: examination.exercise.limits))
            // The source itself may have been printed here too.
            return ByteSearch.contains(output, Array(loud.printed.utf8))
                && !ByteSearch.contains(output, Array("getenv(\"".utf8))
        }
    }

    /// Whether the image has anything of the submission's that can be run.
    private static func shipsProgram(_ observations: Observations) -> Bool {
        observations.delta?.entries.contains { entry in
            switch entry.content {
            case .elf, .script: !entry.isHidden
            default: false
            }
        } ?? true
    }

    /// The context file that a shipped program equals byte by byte.
    private func sameAsContextFile(_ observations: Observations) async -> String? {
        let programs = observations.delta?.entries.filter { $0.content?.isELF == true && !$0.isHidden } ?? []
        for program in programs.prefix(20) {
            guard let file = await examination.engine.file(program.path, inLayer: program.layerID),
                file.size < 256 << 20
            else { continue }
            var hasher = SHA256Hasher()
            var offset: UInt64 = 0
            while offset < file.size {
                let piece = file.read(offset, 1 << 20)
                if piece.isEmpty { break }
                hasher.update(piece)
                offset += UInt64(piece.count)
            }
            let digest = hasher.finalize().hex
            if let match = built.contextFiles.filter({ $0.value == digest }).keys.sorted().first { return match }
        }
        return nil
    }

    /// The same for the same files, so that a second look finds the rebuilt image in the cache.
    private var token: String {
        var hasher = SHA256Hasher()
        hasher.update(examination.secret)
        hasher.update(Array("\(examination.lesson.id)\n\(examination.exercise.id)\n\(order.scope)\n".utf8))
        hasher.update(order.dockerfile)
        return "token-" + String(hasher.finalize().hex.prefix(20))
    }
}

/// Builds again after a change of sources, to see which steps come from the cache.
struct Rebuild {
    let rule: CachedRule
    let examination: Examination
    let order: BuildOrder

    /// - Returns: nil when the changed source does not build.
    /// - Throws: when that is not the submission's fault.
    func observe() async throws(Ungradable) -> RebuildObservation? {
        var order = order
        for file in ContextFiles.matching(rule.change, in: order.context) {
            guard let (bytes, _) = try? LocalFiles.read(order.context.pushing(file), limit: 16 << 20) else { continue }
            order.substitutions[file] = bytes + [UInt8(ascii: "\n")]
        }
        let rebuilt: BuildReply.Built
        switch await examination.engine.build(order) {
        case .built(let reply): rebuilt = reply
        case .failed: return nil
        case .impossible(let reason): throw reason
        }
        let steps = rebuilt.graph.stages.filter { !$0.isSkipped }.flatMap(\.steps).filter { $0.layer != nil }
        let commands = (try? Dockerfile.parse(order.dockerfile, file: order.dockerfileName))?.stages.flatMap(\.commands)
        return RebuildObservation(
            change: rule.change,
            steps: steps.map { step in
                let command = commands?.first {
                    $0.range.start.line == step.line && $0.instruction.name == step.kind && !$0.heredocs.isEmpty
                }
                let texts = command?.heredocs.map { String(decoding: $0.effectiveContent, as: UTF8.self) } ?? []
                return RebuildObservation.Step(step, heredocs: texts.joined(separator: "\n"))
            })
    }
}
