/// Whether the program was compiled from its source: judged by a build in which the source was another.
enum IntegrityJudgement {
    static func substitution(_ id: String, _ observations: Observations) -> IntegrityResult {
        guard let substitution = observations.substitution else {
            return IntegrityResult(id: id, verdict: .review, evidence: ["the sources were not replaced"])
        }
        let replaced = Wording.list(substitution.replaced.prefix(5).map { Wording.clipped($0, 80) })
        switch substitution.outcome {
        case .printed where substitution.sameAsContextFile == nil:
            return IntegrityResult(
                id: id, verdict: .ok, evidence: ["with another \(replaced) the image prints another text"])
        case .embedded where substitution.sameAsContextFile == nil:
            return IntegrityResult(
                id: id, verdict: .ok, evidence: ["with another \(replaced) the program holds another text"])
        case .noSources:
            return IntegrityResult(
                id: id, verdict: .review,
                evidence: ["there is no source file in the folder to replace: the source may be in the Dockerfile"]
                    + same(substitution))
        case .printed, .embedded:
            return IntegrityResult(id: id, verdict: .review, evidence: same(substitution))
        case .inlineSource(let line):
            let dockerfile = observations.graph?.dockerfile ?? "Dockerfile"
            return IntegrityResult(
                id: id, verdict: .review,
                evidence: [
                    "\(dockerfile):\(line): a source stands in the Dockerfile, so replacing \(replaced) tells nothing"
                ])
        case .otherSource(let file):
            return IntegrityResult(
                id: id, verdict: .review,
                evidence: [
                    "the program seems to be compiled from \(Wording.clipped(file, 300)), "
                        + (replaced.isEmpty ? "which cannot be replaced" : "so replacing \(replaced) tells nothing")
                ])
        case .noCanary(let file):
            return IntegrityResult(
                id: id, verdict: .review,
                evidence: [
                    "\(Wording.clipped(file, 300)) seems to be the source, and this check has no program in that language to put in its place"
                ])
        case .printedBeside:
            return IntegrityResult(
                id: id, verdict: .flagged,
                evidence: [
                    "the image prints the expected text whatever the program made of \(replaced) does: it does not come from that program"
                ] + command(observations) + same(substitution))
        case .printedAfterFailure:
            return IntegrityResult(
                id: id, verdict: .review,
                evidence: ["if the program fails or prints nothing, the image prints the expected text all the same"]
                    + command(observations) + same(substitution))
        case .printedByCommand:
            return IntegrityResult(
                id: id, verdict: .review,
                evidence: ["the program alone does not print the expected text: the image's command makes it"]
                    + command(observations) + same(substitution))
        case .printedInBuild:
            return IntegrityResult(
                id: id, verdict: .review,
                evidence: ["the image prints what the program printed while it was built, not what it prints now"]
                    + command(observations) + same(substitution))
        case .nothingPrinted:
            return IntegrityResult(
                id: id, verdict: .skipped,
                evidence: ["the image prints nothing, so there is nothing to compare"])
        case .noProgram:
            return IntegrityResult(
                id: id, verdict: .skipped, evidence: ["there is no program in the image that could be looked at"])
        case .unchanged:
            let file = substitution.sameAsContextFile.map {
                ["the program in the image is the file `\(Wording.clipped($0, 80))` of the folder, byte by byte"]
            }
            return IntegrityResult(
                id: id, verdict: .flagged,
                evidence: [
                    "with another \(replaced) the image does the same: what it runs was not compiled from that source"
                ] + command(observations) + (file ?? []) + origins(observations))
        case .rebuildFailed(let reason):
            return IntegrityResult(
                id: id, verdict: .review,
                evidence: ["with another \(replaced) the image does not build: \(Wording.clipped(reason, 200))"])
        }
    }

    /// A check with points: what is flagged fails.
    static func asCheck(_ observations: Observations) -> Finding {
        let result = substitution("", observations)
        switch result.verdict {
        case .ok: return .pass("it is", evidence: result.evidence)
        case .review: return .pass("it seems so, a person should look", evidence: result.evidence)
        case .skipped:
            let isSilent = observations.substitution?.outcome == .nothingPrinted
            return .fail(
                result.evidence.first ?? "there is no program",
                advice: isSilent
                    ? "Let the image start the program, which prints the expected text."
                    : "Put the compiled program into the image.")
        case .flagged:
            return .fail(
                result.evidence.first ?? "it is not", evidence: result.evidence,
                advice: advice)
        }
    }

    /// What is said to the learner of an integrity verdict that is not "ok".
    static func notes(_ results: [IntegrityResult]) -> [String] {
        results.flatMap { result in
            result.verdict == .review || result.verdict == .flagged ? result.evidence.map { "\(result.id): \($0)" } : []
        }
    }

    /// One next step for who is flagged.
    static let advice =
        "Let the Dockerfile compile the program from the source in your folder, and `CMD` start that program."

    private static func command(_ observations: Observations) -> [String] {
        observations.runs.prefix(1).map { Wording.clipped($0.command.joined(separator: " "), 160) }
            .filter { !$0.isEmpty }.map { "it runs: \($0)" }
    }

    private static func same(_ substitution: SubstitutionObservation) -> [String] {
        guard let file = substitution.sameAsContextFile.map({ Wording.clipped($0, 80) }) else { return [] }
        return [
            "the program in the image is the file `\(file)` of the folder, byte by byte: it was not made anew. Delete it or add it to .dockerignore"
        ]
    }

    private static func origins(_ observations: Observations) -> [String] {
        let dockerfile = observations.graph?.dockerfile ?? "Dockerfile"
        return (observations.delta?.entries ?? []).filter {
            !$0.isHidden && !$0.kind.isDirectory && $0.kind != .whiteout
        }
        .prefix(3).compactMap { entry in
            entry.origin.map { "\(Wording.safe(entry.path)) \($0.sentence(dockerfile: dockerfile))" }
        }
    }
}
