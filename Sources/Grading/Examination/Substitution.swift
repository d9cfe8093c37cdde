import Checks
import Lessons
import OCI
import SystemPackage

/// Replaces the sources of a submission by a program that prints a secret, builds again and looks for the secret.
struct Substitution {
    let rule: SubstitutionRule
    let examination: Examination
    let order: BuildOrder
    let built: BuildReply.Built

    func observe(_ observations: Observations) async -> SubstitutionObservation {
        let same = await sameAsContextFile(observations)
        let sources = ContextFiles.matching(rule.files, in: order.context)
        guard !sources.isEmpty else { return SubstitutionObservation(outcome: .noSources, sameAsContextFile: same) }
        let token = self.token
        let canary = Self.canary(printing: "\(rule.text) \(token)")
        var order = order
        for source in sources { order.substitutions[source] = canary }
        // What the learner's own build left in a cache mount was made of another source: it must not be found here.
        order.scope += "-\(token)"
        let replaced = sources.map { Wording.clipped($0.string, 120) }
        func observation(_ outcome: SubstitutionObservation.Outcome) -> SubstitutionObservation {
            SubstitutionObservation(outcome: outcome, replaced: replaced, sameAsContextFile: same)
        }
        switch await examination.engine.build(order) {
        case .impossible(let reason): return observation(.fault(reason.message))
        case .failed(let failure, _): return observation(.rebuildFailed(failure.message))
        case .built(let rebuilt):
            let found = await outcome(rebuilt, token, observations)
            guard found == .unchanged, same == nil else { return observation(found) }
            // Where the program is no file of the folder, its source may stand in the Dockerfile.
            if let line = InlineSource(rule: rule, order: order, built: built).line {
                return observation(.inlineSource(line: line))
            }
            let other = OtherSource(rule: rule, examination: examination, order: order, token: token)
            if let file = await other.file(rebuilt, observations) { return observation(.otherSource(file)) }
            return observation(found)
        }
    }

    private func outcome(
        _ rebuilt: BuildReply.Built, _ token: String, _ observations: Observations
    ) async -> SubstitutionObservation.Outcome {
        let needle = Array(token.utf8)
        let run = await examination.engine.run(rebuilt.image, RunOrder(limits: examination.exercise.limits))
        if case .fault(let reason) = run.ending { return .fault(reason) }
        let output = run.standardOutput
        if ByteSearch.contains(output, needle) {
            // The source itself was printed, not run.
            return ByteSearch.contains(output, Array("puts(\"".utf8)) ? .unchanged : .printed
        }
        let isSilent = output.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        if isSilent, !Self.shipsProgram(observations) { return .noProgram }
        // What prints the expected text without the secret is another program, whatever else is in the image.
        guard isSilent || !ByteSearch.contains(output, Array(rule.text.utf8)) else { return .unchanged }
        return await TokenSearch(engine: examination.engine).isInProgram(of: rebuilt, needle) ? .embedded : .unchanged
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

    /// A C program. `main` is weak, so that a program of several files, each replaced, still links.
    static func canary(printing text: String) -> [UInt8] {
        var literal = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "?"):
                literal += "\\" + String(UnicodeScalar(byte))
            case 0x20...0x7E: literal.unicodeScalars.append(UnicodeScalar(byte))
            default:
                let octal = String(byte, radix: 8)
                literal += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
            }
        }
        let source = """
            #include <stdio.h>

            __attribute__((weak)) int main(void) {
              puts("\(literal)");
              return 0;
            }

            """
        return Array(source.utf8)
    }
}

/// Builds again after a change of sources, to see which steps come from the cache.
struct Rebuild {
    let rule: CachedRule
    let examination: Examination
    let order: BuildOrder

    func observe() async -> RebuildObservation? {
        var order = order
        for file in ContextFiles.matching(rule.change, in: order.context) {
            guard let (bytes, _) = try? LocalFiles.read(order.context.pushing(file), limit: 16 << 20) else { continue }
            order.substitutions[file] = bytes + [UInt8(ascii: "\n")]
        }
        guard case .built(let rebuilt) = await examination.engine.build(order) else { return nil }
        let steps = rebuilt.graph.stages.filter { !$0.isSkipped }.flatMap(\.steps).filter { $0.layer != nil }
        return RebuildObservation(
            change: rule.change, cached: steps.filter(\.isCached).map(\.text),
            ran: steps.filter { !$0.isCached }.map(\.text))
    }
}
