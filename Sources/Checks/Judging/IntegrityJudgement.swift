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
        case .unchanged where substitution.sameAsContextFile != nil && mayBeStale(observations):
            return IntegrityResult(id: id, verdict: .review, evidence: same(substitution))
        case .unchanged:
            return IntegrityResult(
                id: id, verdict: .flagged,
                evidence: ["with another \(replaced) the image does the same: it was not compiled from that source"]
                    + same(substitution) + origins(observations))
        case .rebuildFailed(let reason):
            return IntegrityResult(
                id: id, verdict: .review,
                evidence: ["with another \(replaced) the image does not build: \(Wording.clipped(reason, 200))"])
        case .fault(let reason):
            return IntegrityResult(
                id: id, verdict: .review, evidence: ["could not be looked at: \(Wording.clipped(reason, 200))"])
        }
    }

    /// A check with points: what is flagged fails.
    static func asCheck(_ observations: Observations) -> Finding {
        let result = substitution("", observations)
        switch result.verdict {
        case .ok: return .pass("it is", evidence: result.evidence)
        case .review: return .pass("it seems so, a person should look", evidence: result.evidence)
        case .skipped: return .unobserved
        case .flagged:
            return .fail(
                result.evidence.first ?? "it is not", evidence: result.evidence,
                advice: "Compile the program in the Dockerfile, from the source in your folder.")
        }
    }

    /// What is said to the learner of an integrity verdict that is not "ok".
    static func notes(_ results: [IntegrityResult]) -> [String] {
        results.flatMap { result in
            result.verdict == .review || result.verdict == .flagged ? result.evidence.map { "\(result.id): \($0)" } : []
        }
    }

    private static func same(_ substitution: SubstitutionObservation) -> [String] {
        guard let file = substitution.sameAsContextFile.map({ Wording.clipped($0, 80) }) else { return [] }
        return [
            "the program in the image is the file `\(file)` of the folder, byte by byte: it was not made anew. Delete it or add it to .dockerignore"
        ]
    }

    /// Whether the shipped program may be one that `make` found and did not make anew: it came along with its directory,
    /// and a `RUN` of that stage could have made it. Who names the file means it.
    private static func mayBeStale(_ observations: Observations) -> Bool {
        guard let graph = observations.graph else { return false }
        return observations.delta?.entries.contains { entry in
            guard entry.content?.isELF == true, !entry.isHidden, let origin = entry.origin, case .context = origin.end,
                let link = origin.chain.last, link.isPartOfTree, graph.stages.indices.contains(link.stage)
            else { return false }
            return graph.stages[link.stage].steps.contains { $0.kind == "RUN" && $0.line > link.line }
        } ?? false
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
