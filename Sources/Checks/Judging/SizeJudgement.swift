import Lessons

/// Sizes, always sums of uncompressed layers.
enum SizeJudgement {
    static func judge(_ rule: SizeRule, _ observations: Observations) -> Finding {
        guard let size = observations.sizes.final else { return .unobserved }
        let measure: Int64
        switch rule.than {
        case .bytes(let bytes): measure = bytes
        case .reference:
            guard let reference = observations.sizes.singleStage else {
                return .error(
                    "there is no single-stage image to compare with",
                    advice: "This is not your doing: the lesson's reference image could not be built.")
            }
            measure = reference
        }
        // In exact integers: size * 100 <= measure * (100 - percent).
        let left = size.multipliedFullWidth(by: 100)
        let right = measure.multipliedFullWidth(by: Int64(100 - min(100, max(0, rule.percent))))
        let isBelow = (left.high, left.low) <= (right.high, right.low)
        let isReference = rule.than == .reference
        let isSmaller = isReference && rule.percent == 0 ? size < measure : isBelow
        let evidence = self.evidence(observations)
        let share = measure > 0 ? " (\(Int((Double(size) / Double(measure) * 100).rounded())) % of it)" : ""
        let than = isReference ? "the single-stage image" : "the limit"
        if isSmaller {
            return .pass("\(Wording.bytes(size)), \(than) has \(Wording.bytes(measure))\(share)", evidence: evidence)
        }
        return .fail(
            "\(Wording.bytes(size)), \(than) has \(Wording.bytes(measure))\(share)", evidence: evidence,
            advice: advice(size, observations),
            line: observations.graph?.finalLine)
    }

    private static func advice(_ size: Int64, _ observations: Observations) -> String {
        let added = observations.sizes.addedOverBase ?? 0
        if added < size / 10, let base = observations.base {
            return
                "Most of the image is its base (`\(Wording.clipped(base.name, 60))`): choose a smaller one for the last stage."
        }
        if let delta = observations.delta, case .base = delta.against,
            let largest = delta.entries.filter({ $0.kind == .file }).max(by: { ($0.size, $1.path) < ($1.size, $0.path) }
            ),
            largest.size > added / 2
        {
            return
                "Most of what is over the base is \(Wording.safe(largest.path)) (\(Wording.bytes(largest.size))): leave it out, or make it smaller."
        }
        return
            "Leave the compiler in the first stage: the last stage starts from the plain base and takes only the program."
    }

    static func judgeAdded(_ rule: LimitRule, _ observations: Observations) -> Finding {
        guard let added = observations.sizes.addedOverBase else { return .unobserved }
        let evidence = self.evidence(observations)
        return added <= rule.maximum
            ? .pass("\(Wording.bytes(added)) over the base", evidence: evidence)
            : .fail(
                "\(Wording.bytes(added)) over the base", evidence: evidence,
                advice: "Look at the largest files over the base, and leave out what is not needed.")
    }

    static func judgeLayers(_ rule: LimitRule, _ observations: Observations) -> Finding {
        guard let graph = observations.graph else { return .unobserved }
        let steps = graph.finalChain.reversed().flatMap { graph.stages[$0].steps }.filter { $0.layer != nil }
        let evidence = steps.prefix(20).map { "\(graph.dockerfile):\($0.line): \(Wording.clipped($0.text, 120))" }
        return Int64(steps.count) <= rule.maximum
            ? .pass(Wording.count(steps.count, "layer"), evidence: evidence)
            : .fail(
                Wording.count(steps.count, "layer"), evidence: evidence,
                advice: "Join `RUN` instructions with `&&`, or copy only what is needed from an earlier stage.",
                line: steps.first?.line)
    }

    /// Base, reference, final and the bytes over the base: always shown.
    private static func evidence(_ observations: Observations) -> [String] {
        let sizes = observations.sizes
        let rows: [(String, Int64?)] = [
            ("base", sizes.base), ("single-stage", sizes.singleStage), ("yours", sizes.final),
            ("yours over the base", sizes.addedOverBase),
        ]
        return rows.compactMap { name, bytes in bytes.map { "\(name): \(Wording.bytes($0))" } }
    }
}
