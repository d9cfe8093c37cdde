import Checks
import Diagnostics
import Dockerfile
import Lessons
import OCI
import SystemPackage

/// Replaces the sources of a submission by a program that prints a secret, builds again and looks for the secret.
struct Substitution {
    let rule: SubstitutionRule
    let examination: Examination
    let order: BuildOrder
    let built: BuildReply.Built

    /// - Throws: when the fault is neither the submission's nor the canary's.
    func observe(_ observations: Observations) async throws(Ungradable) -> SubstitutionObservation {
        let same = await sameAsContextFile(observations)
        let sources = ContextFiles.matching(rule.files, in: order.context)
        guard !sources.isEmpty else { return SubstitutionObservation(outcome: .noSources, sameAsContextFile: same) }
        let canary = Canary(text: rule.text, token: token)
        var order = order
        for source in sources { order.substitutions[source] = canary.source }
        // What the learner's own build left in a cache mount was made of another source: it must not be found here.
        order.scope += "-\(canary.token)"
        let replaced = sources.map { Wording.clipped($0.string, 120) }
        func observation(_ outcome: SubstitutionObservation.Outcome) -> SubstitutionObservation {
            SubstitutionObservation(outcome: outcome, replaced: replaced, sameAsContextFile: same)
        }
        switch await examination.engine.build(order) {
        case .impossible(let reason): throw reason
        case .failed(let failure, _): return observation(.rebuildFailed(failure.message))
        case .built(let rebuilt):
            let found = try await outcome(rebuilt, canary, observations)
            guard found == .unchanged, same == nil else { return observation(found) }
            // Where the program is no file of the folder, its source may stand in the Dockerfile.
            if let line = InlineSource(rule: rule, order: order, built: built).line {
                return observation(.inlineSource(line: line))
            }
            let other = OtherSource(rule: rule, examination: examination, order: order, token: canary.token)
            if let file = try await other.file(rebuilt, observations) { return observation(.otherSource(file)) }
            return observation(found)
        }
    }

    private func outcome(
        _ rebuilt: BuildReply.Built, _ canary: Canary, _ observations: Observations
    ) async throws(Ungradable) -> SubstitutionObservation.Outcome {
        let needle = Array(canary.token.utf8)
        let limits = examination.exercise.limits
        let output = try await examination.engine.output(of: rebuilt.image, RunOrder(limits: limits))
        if ByteSearch.contains(output, needle) {
            // The source itself was printed, not run.
            if ByteSearch.contains(output, Array("puts(\"".utf8)) { return .unchanged }
            return try await StrayText(engine: examination.engine, canary: canary, limits: limits).outcome(
                output, of: rebuilt.image, original: built.image, program: observations.ownCommand?.path)
        }
        let isSilent = output.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        if isSilent, !Self.shipsProgram(observations) { return .noProgram }
        // What prints the expected text without the secret is another program, whatever else is in the image.
        guard isSilent || !ByteSearch.contains(output, Array(rule.text.utf8)) else { return .unchanged }
        let search = TokenSearch(engine: examination.engine)
        return try await search.isInProgram(of: rebuilt, needle) ? .embedded : .unchanged
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
