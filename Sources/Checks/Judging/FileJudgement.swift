import Lessons

/// Files of the image by path: what they hold, and where they come from.
enum FileJudgement {
    static func judge(_ rule: FileRule, _ observations: Observations) -> Finding {
        let path = ImagePath(rule.path)
        guard let file = observations.files.first(where: { $0.path == path }) else { return .unobserved }
        let name = Wording.safe(path)
        guard let kind = file.kind else {
            return rule.exists
                ? .fail("\(name) is not in the image", advice: "Put \(name) into the image.")
                : .pass("\(name) is not in the image")
        }
        guard rule.exists else { return .fail("\(name) is in the image", advice: "Leave \(name) out.") }
        var wrong: [String] = []
        var advice: String?
        if let content = rule.content, kind.isDirectory || !content.matches(file.content) {
            wrong.append(kind.isDirectory ? "it is a directory" : "it holds \(Wording.quoted(file.content))")
            advice = "\(name) should hold \(Expectation.expected(content))."
        }
        if let mode = rule.mode, mode != file.mode {
            wrong.append("its mode is \(String(file.mode, radix: 8))")
            advice = advice ?? "Use `COPY --chmod=\(String(mode, radix: 8))`."
        }
        if let owner = rule.owner, owner != file.uid {
            wrong.append("it belongs to the user \(file.uid)")
            advice = advice ?? "Use `COPY --chown=\(owner)`."
        }
        return wrong.isEmpty ? .pass("\(name) is as wanted") : .fail("\(name): " + Wording.list(wrong), advice: advice)
    }

    static func judge(_ rule: OriginRule, _ observations: Observations) -> Finding {
        guard let (path, origin) = subject(rule, observations) else {
            return .fail(
                rule.path.map { "`\($0)` is not in the image" } ?? "no program was found",
                advice: "Put the program into the image.")
        }
        let dockerfile = observations.graph?.dockerfile ?? "Dockerfile"
        let evidence = ["\(Wording.safe(path)) \(origin.sentence(dockerfile: dockerfile))"]
        let line = origin.chain.first?.line
        let source = self.source(origin.end)
        guard source == rule.from else {
            return .fail(
                "\(Wording.safe(path)) \(origin.sentence(dockerfile: dockerfile))", evidence: evidence,
                advice: rule.from == .built
                    ? "Let a `RUN` of the Dockerfile make \(Wording.safe(path)) from its source." : nil, line: line)
        }
        if let stage = rule.stage, origin.chain.last?.stageName?.lowercased() != stage.lowercased() {
            let actual = origin.chain.last.map { $0.stageName.map { "stage `\($0)`" } ?? "stage \($0.stage)" }
            return .fail(
                "made in \(actual ?? "no stage")", evidence: evidence,
                advice: "Make \(Wording.safe(path)) in the stage `\(stage)`.", line: line)
        }
        return .pass("\(Wording.safe(path)) \(origin.sentence(dockerfile: dockerfile))", evidence: evidence)
    }

    private static func subject(_ rule: OriginRule, _ observations: Observations) -> (ImagePath, Origin)? {
        if let path = rule.path.map({ ImagePath($0) }) {
            let origin =
                observations.files.first { $0.path == path }?.origin
                ?? observations.delta?.entries.last { $0.path == path && !$0.isHidden }?.origin
            return origin.map { (path, $0) }
        }
        let entry = observations.delta?.entries.last { $0.content?.isELF == true && !$0.isHidden }
        return entry.flatMap { entry in entry.origin.map { (entry.path, $0) } }
    }

    private static func source(_ end: Origin.End) -> OriginRule.Source? {
        switch end {
        case .built: .built
        case .context: .context
        case .image: .image
        case .base: .base
        case .inline: .inline
        case .url: .url
        case .unknown: nil
        }
    }
}
