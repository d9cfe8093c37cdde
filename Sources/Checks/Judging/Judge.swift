package import Lessons

/// Gives a verdict on observations: a pure function, the same on every machine and every time.
package struct Judge {
    package let rubric: Rubric

    package init(_ rubric: Rubric) {
        self.rubric = rubric
    }

    package func judge(_ observations: Observations) -> Verdict {
        var results: [CheckResult] = []
        var outcomes: [String: CheckResult.Outcome] = [:]
        for check in rubric.checks {
            let result = judge(check, observations, outcomes)
            outcomes[check.id] = result.verdict
            results.append(result)
        }
        let integrity = rubric.integrity.map { judge($0, observations, outcomes) }
        let hasError = results.contains { $0.verdict == .error }
        let gateFailed = rubric.checks.contains { $0.isGate && outcomes[$0.id] != .pass }
        let score = hasError || gateFailed ? 0 : results.reduce(0) { $0 + $1.points }
        // Whatever the rubric asks for: what was never built passes nothing.
        var isBuilt = false
        if case .built = observations.build { isBuilt = true }
        let isPassed =
            isBuilt
            && rubric.checks.allSatisfy { !($0.isRequired || $0.isGate) || outcomes[$0.id] == .pass }
            && !integrity.contains { $0.verdict == .flagged }
        var verdict = Verdict(
            lesson: observations.lesson, exercise: observations.exercise,
            verdict: hasError ? .error : isPassed ? .pass : .fail, score: score, maxScore: rubric.points,
            checks: results, integrity: integrity, sizes: observations.sizes, image: observations.image)
        switch observations.build {
        case .built(let seconds, let cached, let total):
            (verdict.seconds, verdict.cachedSteps, verdict.totalSteps) = (seconds, cached, total)
        case .impossible(let reason): verdict.error = reason
        case .failed: break
        }
        if hasError, verdict.error == nil {
            let first = results.first { $0.verdict == .error }
            verdict.error = Ungradable(
                .fault, message: first?.actual ?? "a check could not run", remedy: first?.advice)
        }
        verdict.advice = advice(results)
        if integrity.contains(where: { $0.verdict == .flagged }), !verdict.advice.contains(IntegrityJudgement.advice) {
            verdict.advice.append(IntegrityJudgement.advice)
        }
        verdict.notes = observations.notices + IntegrityJudgement.notes(integrity)
        return verdict
    }

    /// The first thing to fix first: what everything else stands on, then what passing needs, then the rest.
    private func advice(_ results: [CheckResult]) -> [String] {
        func rank(_ result: CheckResult) -> Int {
            let check = rubric.check(result.id)
            return check?.isGate == true ? 0 : check?.isRequired == true ? 1 : 2
        }
        let failed = results.enumerated().filter { $0.element.verdict == .fail || $0.element.verdict == .error }
        let ordered = failed.sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
        var seen: Set<String> = []
        return ordered.compactMap(\.element.advice).filter { seen.insert($0).inserted }
    }

    private func judge(
        _ check: CheckDefinition, _ observations: Observations, _ outcomes: [String: CheckResult.Outcome]
    ) -> CheckResult {
        var result = CheckResult(
            id: check.id, kind: check.kind.name, verdict: .skipped, weight: check.points, title: check.title,
            expected: "", actual: "", why: check.why ?? check.kind.usualReason, slide: check.slide)
        let finding: Finding
        if let need = check.needs.first(where: { outcomes[$0] != .pass }) {
            result.expected = Expectation.sentence(check.kind, observations)
            result.actual = "not judged: `\(need)` did not pass"
            return result
        } else if case .builds = check.kind {
            finding = BuildJudgement.judge(observations)
        } else if case .built = observations.build {
            finding = Self.find(check.kind, observations)
        } else {
            result.expected = Expectation.sentence(check.kind, observations)
            result.actual = "not judged: there is no image"
            return result
        }
        result.verdict = finding.outcome
        result.expected = Expectation.sentence(check.kind, observations)
        result.actual = finding.actual
        result.evidence = finding.evidence
        result.file = finding.line == nil ? nil : finding.file ?? observations.graph?.dockerfile
        result.line = finding.line
        switch finding.outcome {
        case .pass: result.points = check.points
        case .fail:
            result.points = check.points * min(100, max(0, finding.award)) / 100
            result.advice = finding.advice ?? check.advice
        case .error: result.advice = finding.advice
        case .skipped: break
        }
        return result
    }

    private func judge(
        _ check: IntegrityDefinition, _ observations: Observations, _ outcomes: [String: CheckResult.Outcome]
    ) -> IntegrityResult {
        var isBuilt = false
        if case .built = observations.build { isBuilt = true }
        guard isBuilt, check.needs.allSatisfy({ outcomes[$0] == .pass }) else {
            return IntegrityResult(id: check.id, verdict: .skipped)
        }
        switch check.kind {
        case .substitution: return IntegrityJudgement.substitution(check.id, observations)
        }
    }

    private static func find(_ kind: CheckKind, _ observations: Observations) -> Finding {
        switch kind {
        case .builds: BuildJudgement.judge(observations)
        case .stages(let rule): StagesJudgement.judge(rule, observations)
        case .stageName(let rule): StagesJudgement.judge(rule, observations)
        case .finalBase(let rule): StagesJudgement.judge(rule, observations)
        case .imageDelta(let rule): DeltaJudgement(rule, observations).judge()
        case .forbiddenFiles(let rule): ForbiddenJudgement.judge(rule, observations)
        case .executable(let rule): ExecutableJudgement.judge(rule, observations)
        case .run(let rule): RunJudgement.judge(rule, observations)
        case .size(let rule): SizeJudgement.judge(rule, observations)
        case .added(let rule): SizeJudgement.judgeAdded(rule, observations)
        case .layers(let rule): SizeJudgement.judgeLayers(rule, observations)
        case .config(let rule): ConfigJudgement.judge(rule, observations)
        case .instruction(let rule): InstructionJudgement.judge(rule, observations)
        case .lint(let rule): InstructionJudgement.judge(rule, observations)
        case .cached(let rule): InstructionJudgement.judge(rule, observations)
        case .file(let rule): FileJudgement.judge(rule, observations)
        case .origin(let rule): FileJudgement.judge(rule, observations)
        case .substitution: IntegrityJudgement.asCheck(observations)
        }
    }
}

/// What looking at one check came to.
struct Finding {
    var outcome: CheckResult.Outcome
    /// What was found, in one sentence part.
    var actual: String
    var evidence: [String] = []
    var advice: String?
    var file: String?
    var line: Int?
    /// Of the points, in percent, when it failed by little.
    var award = 0

    static func pass(_ actual: String, evidence: [String] = []) -> Finding {
        Finding(outcome: .pass, actual: actual, evidence: evidence)
    }

    static func fail(
        _ actual: String, evidence: [String] = [], advice: String? = nil, line: Int? = nil, award: Int = 0
    ) -> Finding {
        Finding(outcome: .fail, actual: actual, evidence: evidence, advice: advice, line: line, award: award)
    }

    /// Could not be judged, and not because of the learner.
    static func error(_ actual: String, advice: String? = nil) -> Finding {
        Finding(outcome: .error, actual: actual, advice: advice)
    }

    static let unobserved = Finding.error(
        "this was not looked at", advice: "grade it again; if it stays so, tell the authors of `lesson`")
}
