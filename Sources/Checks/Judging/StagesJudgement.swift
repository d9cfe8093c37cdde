import Lessons

/// Stages, their names and what the last one stands on: judged by the recorded graph, never by the Dockerfile's text.
enum StagesJudgement {
    static func judge(_ rule: StagesRule, _ observations: Observations) -> Finding {
        guard let graph = observations.graph else { return .unobserved }
        let count = graph.stages.count
        let first = graph.stages.first
        guard count >= rule.minimum else {
            return .fail(
                Wording.count(count, "stage"),
                evidence: stageLines(graph),
                advice: count == 1 && rule.minimum == 2
                    ? "Name the first stage (`\(named(first))`), then begin a second one with another `FROM` and copy the program over with `COPY --from=`."
                    : "Add `FROM` lines until there are \(rule.minimum) stages.",
                line: first?.line)
        }
        guard rule.takesFromStage else { return .pass(Wording.count(count, "stage"), evidence: stageLines(graph)) }
        let chain = graph.finalChain
        var others: [Int] = []
        for index in chain {
            for step in graph.stages[index].steps {
                guard let from = taken(by: step, outside: chain, observations.delta) else { continue }
                if let wanted = rule.source, graph.stages[from].name?.lowercased() != wanted.lowercased() {
                    others.append(from)
                    continue
                }
                return .pass(
                    "\(Wording.count(count, "stage")), the last takes a file from \(graph.title(ofStage: from))",
                    evidence: ["\(graph.dockerfile):\(step.line): \(Wording.clipped(step.text, 120))"])
            }
        }
        let line = graph.stages.indices.contains(graph.finalStage) ? graph.stages[graph.finalStage].line : nil
        if let other = others.first, let wanted = rule.source {
            return .fail(
                "\(Wording.count(count, "stage")), but the last takes its files from \(graph.title(ofStage: other))",
                evidence: stageLines(graph), advice: "Take the file from the stage `\(wanted)`.", line: line)
        }
        return .fail(
            "\(Wording.count(count, "stage")), but the last takes no file from an earlier one",
            evidence: stageLines(graph),
            advice: chain.count > 1
                ? "The last stage builds on an earlier one, so it has all of it. Start it from the plain base and take the program with `COPY --from=`."
                : "Take the program from the stage that made it: `COPY --from=STAGE /path /path` in the last stage.",
            line: line)
    }

    /// The stage that a step takes a file from, when it is not one that the image descends from anyway.
    private static func taken(by step: BuildGraph.Step, outside chain: [Int], _ delta: ImageDelta?) -> Int? {
        for source in step.sources {
            if case .stage(let index) = source.from, !chain.contains(index) { return index }
        }
        // A mount alone is no file: the step must have left one.
        let leavesFile =
            delta?.entries.contains { !$0.kind.isDirectory && $0.kind != .whiteout && $0.layerID == step.layer } ?? true
        for mount in step.mounts where step.layer != nil && leavesFile {
            if case .stage(let index) = mount.from, !chain.contains(index) { return index }
        }
        return nil
    }

    private static func named(_ stage: BuildGraph.Stage?) -> String {
        "FROM \(Wording.clipped(stage?.baseName ?? "IMAGE", 60)) AS \(stage?.name ?? "compiler")"
    }

    private static func stageLines(_ graph: BuildGraph) -> [String] {
        graph.stages.prefix(20).map { stage in
            let name = stage.name.map { " AS \(Wording.clipped($0, 40))" } ?? ""
            return "\(graph.dockerfile):\(stage.line): FROM \(Wording.clipped(stage.baseName, 60))\(name)"
        }
    }

    static func judge(_ rule: StageNameRule, _ observations: Observations) -> Finding {
        guard let graph = observations.graph else { return .unobserved }
        let wanted = rule.name.lowercased()
        let named = graph.stages.indices.filter { graph.stages[$0].name?.lowercased() == wanted }
        if let index = named.first(where: { rule.mayBeFinal || $0 != graph.finalStage }) {
            return .pass("stage \(index) is named `\(rule.name)`")
        }
        let first = graph.stages.first
        if !named.isEmpty {
            return .fail(
                "`\(rule.name)` is the final stage",
                advice: "Give the name to the stage that compiles, not to the last.",
                line: graph.stages[named[0]].line)
        }
        let names = graph.stages.compactMap(\.name).map { "`\(Wording.clipped($0, 40))`" }
        return .fail(
            names.isEmpty ? "no stage has a name" : "the stages are named \(Wording.list(names))",
            evidence: stageLines(graph),
            advice:
                "Write `FROM \(Wording.clipped(first?.baseName ?? "IMAGE", 60)) AS \(rule.name)`: a name stays right when stages are reordered, a number does not.",
            line: first?.line)
    }

    static func judge(_ rule: FinalBaseRule, _ observations: Observations) -> Finding {
        guard let base = observations.base else { return .unobserved }
        let wanted = rule.anyOf.isEmpty ? observations.bases : rule.anyOf
        let size = base.size.map { " (\(Wording.bytes($0)))" } ?? ""
        let name = Wording.clipped(base.name, 80)
        if base.matching.contains(where: wanted.contains) || base.name == "scratch" && wanted.contains("scratch") {
            return .pass("based on `\(name)`\(size)")
        }
        let plain = wanted.first ?? "the plain base"
        return .fail(
            base.name == "scratch" ? "based on nothing (`scratch`)" : "based on `\(name)`\(size)",
            advice: base.name == "scratch"
                ? "An image on `scratch` is as small as can be; the exercise asks for the same base: `FROM \(plain)`."
                : baseAdvice(plain, observations.graph),
            line: observations.graph?.finalLine)
    }

    /// How the last stage comes to stand on the plain base.
    private static func baseAdvice(_ plain: String, _ graph: BuildGraph?) -> String {
        guard let graph, graph.finalChain.count > 1 else { return "Start the last stage with `FROM \(plain)`." }
        let below = graph.stages[graph.finalChain[1]]
        guard let name = below.name, name.lowercased() == plain.lowercased() else {
            return
                "The last stage (line \(graph.stages[graph.finalStage].line)) goes on from the stage of line \(below.line), with all that is in it: write `FROM \(plain)` there, and leave line \(below.line) as it is."
        }
        return
            "`\(plain)` in line \(graph.stages[graph.finalStage].line) means your own stage of line \(below.line), as it has that name: give that stage another name, as `AS compiler`."
    }
}
