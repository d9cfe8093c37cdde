import Checks
import Lessons
import TerminalUI

extension VerdictDisplay {
    /// A verdict as its learner is shown it.
    init(_ verdict: Verdict, exercise: Exercise, lesson: Lessons.Lesson) {
        let outcome: Outcome =
            switch verdict.verdict {
            case .pass: verdict.integrity.contains { $0.verdict == .review } ? .review : .pass
            case .fail: .fail
            case .error: .error
            }
        var next: [String] = []
        switch verdict.verdict {
        case .pass:
            next.append("`lesson next` goes on" + (exercise.solution == nil ? "" : ", `lesson solution` compares"))
        case .fail:
            if verdict.checks.count(where: { $0.verdict == .fail }) != 1, let first = verdict.advice.first {
                next.append("first: \(first)")
            }
            next.append("change \(exercise.dockerfile), then `lesson check \(exercise.id)`; `lesson hint` helps")
        case .error:
            // Said at the check already, where there is one that could not run.
            let isSaid = verdict.checks.contains { $0.verdict == .error && $0.actual == verdict.error?.message }
            if let error = verdict.error, !isSaid {
                var place = error.file ?? ""
                if let line = error.line { place += ":\(line)" }
                next.append((place.isEmpty ? "" : "\(place): ") + error.message)
                if let remedy = error.remedy { next.append("what to do: \(remedy)") }
            }
            next.append("this counts as no attempt")
        }
        self.init(
            title: "\(lesson.title): \(exercise.title) (\(exercise.id))", outcome: outcome,
            score: Double(verdict.score), maxScore: Double(verdict.maxScore),
            checks: verdict.checks.map(Check.init), integrity: verdict.integrity.map(Check.init),
            sizes: Self.chart(verdict.sizes), seconds: verdict.seconds, cachedSteps: verdict.cachedSteps,
            totalSteps: verdict.totalSteps, notes: verdict.notes, next: next)
    }

    /// The base, what the learner is measured against, and theirs.
    private static func chart(_ sizes: Sizes) -> SizeChart? {
        guard let final = sizes.final else { return nil }
        let base = sizes.base ?? 0
        var bars: [SizeChart.Bar] = []
        if let base = sizes.base { bars.append(.init(label: "base", bytes: base, shared: base)) }
        if let single = sizes.singleStage {
            bars.append(.init(label: "single-stage", bytes: single, shared: min(base, single)))
        }
        let added = sizes.addedOverBase ?? max(0, final - base)
        bars.append(.init(label: "yours", bytes: final, shared: max(0, final - added)))
        return SizeChart(bars)
    }
}

extension VerdictDisplay.Check {
    init(_ result: CheckResult) {
        let outcome: VerdictDisplay.Outcome =
            switch result.verdict {
            case .pass: .pass
            case .fail: .fail
            case .error: .error
            case .skipped: .skipped
            }
        self.init(
            id: result.id, outcome: outcome, points: (Double(result.points), Double(result.weight)),
            expected: result.expected, actual: result.actual,
            place: result.file.map { file in result.line.map { "\(file):\($0)" } ?? file },
            evidence: result.evidence, why: result.why, advice: result.advice,
            slide: result.slide.map { "`lesson goto \"\($0)\"`" })
    }

    init(_ result: IntegrityResult) {
        let (outcome, words): (VerdictDisplay.Outcome, String) =
            switch result.verdict {
            case .ok: (.pass, "")
            case .flagged: (.fail, "the program does not come from the source")
            case .review: (.review, "a person has to look at it")
            case .skipped: (.skipped, "")
            }
        self.init(id: result.id, outcome: outcome, actual: words, evidence: result.evidence)
    }
}
