import Lessons

/// Instructions used or not, lint, and steps that stay in the cache.
enum InstructionJudgement {
    static func judge(_ rule: InstructionRule, _ observations: Observations) -> Finding {
        guard let graph = observations.graph else { return .unobserved }
        let indices = rule.inFinalStage ? graph.finalChain : Array(graph.stages.indices)
        let steps = indices.sorted().flatMap { graph.stages[$0].steps }.filter { step in
            step.kind.uppercased() == rule.name && rule.containing.map { step.text.contains($0) } ?? true
        }
        let evidence = steps.prefix(10).map { "\(graph.dockerfile):\($0.line): \(Wording.clipped($0.text, 120))" }
        switch (rule.isUsed, steps.first) {
        case (true, .some): return .pass("`\(rule.name)` is used", evidence: evidence)
        case (false, nil): return .pass("`\(rule.name)` is not used")
        case (true, nil): return .fail("`\(rule.name)` is not used", advice: "Use `\(rule.name)`.")
        case (false, .some(let step)):
            return .fail(
                "`\(rule.name)` is used", evidence: evidence, advice: "Do without `\(rule.name)`.", line: step.line)
        }
    }

    static func judge(_ rule: LintRule, _ observations: Observations) -> Finding {
        let found = observations.lint.filter { !rule.except.contains($0.rule) }
        guard let first = found.first else { return .pass("nothing") }
        let dockerfile = Wording.clipped(observations.graph?.dockerfile ?? "Dockerfile", 80)
        let place = first.line.map { line in
            let text = instruction(at: line, observations.graph).map { " (`\(Wording.clipped($0, 100))`)" } ?? ""
            return "\(dockerfile):\(line)\(text): "
        }
        let hint = first.hint.map { ": \(Wording.clipped($0, 200))" } ?? ""
        return .fail(
            Wording.count(found.count, "remark"),
            evidence: found.prefix(12).map { lint in
                "\(lint.line.map { "\(dockerfile):\($0): " } ?? "")\(Wording.clipped(lint.message, 160)) [\(lint.rule)]"
            }, advice: "\(place ?? "")\(Wording.clipped(first.message, 200))\(hint)", line: first.line)
    }

    /// The instruction that begins on a line.
    private static func instruction(at line: Int, _ graph: BuildGraph?) -> String? {
        for stage in graph?.stages ?? [] {
            if stage.line == line { return "FROM \(stage.baseName)\(stage.name.map { " AS \($0)" } ?? "")" }
            if let step = stage.steps.first(where: { $0.line == line && $0.kind != "FROM" }) { return step.text }
        }
        return nil
    }

    static func judge(_ rule: CachedRule, _ observations: Observations) -> Finding {
        guard let rebuild = observations.rebuilds.first(where: { $0.change == rule.change }) else { return .unobserved }
        let dockerfile = Wording.clipped(observations.graph?.dockerfile ?? "Dockerfile", 80)
        func shown(_ step: RebuildObservation.Step) -> String {
            "\(dockerfile):\(step.step.line): \(Wording.clipped(step.step.text, 120))"
        }
        let ran = rebuild.steps.filter { !$0.step.isCached }
        for wanted in rule.steps {
            let pattern = StepPattern(wanted)
            let matching = rebuild.steps.filter { pattern.matches($0, observations.graph) }
            if matching.isEmpty {
                return .fail(
                    "no step has `\(wanted)`", evidence: rebuild.steps.prefix(10).map { "a step: \(shown($0))" },
                    advice: "`\(wanted)` has to be a step of its own, before the `COPY` of what changes often.")
            }
            if let again = matching.first(where: { !$0.step.isCached }) {
                return .fail(
                    "`\(Wording.clipped(again.step.text, 100))` ran again",
                    evidence: ran.prefix(10).map { "ran again: \(shown($0))" },
                    advice: "Put what changes often (`COPY` of the sources) after what seldom changes.",
                    line: again.step.line)
            }
        }
        return .pass("\(Wording.count(rebuild.steps.count - ran.count, "step")) from the cache")
    }
}
