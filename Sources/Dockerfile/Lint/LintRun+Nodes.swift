import Diagnostics

/// The rules that BuildKit checks while it parses.
extension LintRun {
    mutating func checkNodes(_ nodes: [Node], warnings: [Diagnostic]) {
        for warning in warnings where warning.id == "NoEmptyContinuation" {
            warn("NoEmptyContinuation", "Empty continuation line", at: warning.range, hint: warning.hint)
        }
        for node in nodes {
            switch node.name {
            case "maintainer":
                warn(
                    "MaintainerDeprecated", "Maintainer instruction is deprecated in favor of using label",
                    at: node.range, comments: node.comments,
                    hint: "write LABEL org.opencontainers.image.authors=\"\(node.arguments.first?.text ?? "")\"")
            case "from": checkFrom(node)
            case "arg": describe("ARG", node.arguments.map { $0.text.cut(UInt8(ascii: "="))?.before ?? $0.text }, node)
            default: break
            }
        }
    }

    private mutating func checkFrom(_ node: Node) {
        guard node.arguments.count == 3 else { return }
        let (keyword, name) = (node.arguments[1], node.arguments[2])
        if name.text != name.text.lowercased() {
            warn(
                "StageNameCasing", "Stage name '\(name.text)' should be lowercase", at: name.range ?? node.range,
                comments: node.comments, hint: "write \(name.text.lowercased())")
        }
        let from = node.keyword.text
        let isLower = from == from.lowercased()
        if isLower || from == from.uppercased() {
            let wanted = isLower ? keyword.text.lowercased() : keyword.text.uppercased()
            if keyword.text != wanted {
                warn(
                    "FromAsCasing", "'\(keyword.text)' and '\(from)' keywords' casing do not match",
                    at: keyword.range ?? node.range, comments: node.comments, hint: "write \(wanted)")
            }
        }
        if ASCII.equalFold(keyword.text, "as") { describe("FROM", [name.text.lowercased()], node) }
    }

    private mutating func describe(_ instruction: String, _ names: [String], _ node: Node) {
        let comments = node.comments.filter { !$0.hasPrefix("check=") }
        guard let last = comments.last, let first = names.first else { return }
        let word = last.cut(UInt8(ascii: " "))?.before ?? last
        guard !names.contains(where: { $0.sameBytes(word) }) else { return }
        let example = names.count > 1 ? "<arg_key>" : first
        warn(
            "InvalidDefinitionDescription",
            "Comment for \(instruction) should follow the format: `# \(example) <description>`", at: node.range,
            comments: node.comments, hint: "or put an empty comment line between")
    }

    mutating func checkStageNames(_ dockerfile: Dockerfile) {
        var seen: Set<String> = []
        for stage in dockerfile.stages {
            guard let name = stage.name else { continue }
            if name == "scratch" || name == "context" {
                warn(
                    "ReservedStageName", "Stage name should not use the same name as reserved stage \"\(name)\"",
                    at: stage.originalName?.range ?? stage.range, comments: stage.comments, hint: "choose another name")
            }
            if !seen.insert(name).inserted {
                warn(
                    "DuplicateStageName",
                    "Duplicate stage name \(GoQuote.quote(name)), stage names should be unique",
                    at: stage.originalName?.range ?? stage.range, comments: stage.comments,
                    hint: "COPY --from=\(name) means the last stage of that name before it")
            }
        }
    }

    mutating func checkCasing(_ dockerfile: Dockerfile) {
        var all: [(keyword: String, range: SourceRange, comments: [String])] = []
        for stage in dockerfile.stages {
            all.append((stage.keyword, stage.range, stage.comments))
            all += stage.commands.map { ($0.keyword, $0.range, $0.comments) }
        }
        let lower = all.count { $0.keyword == $0.keyword.lowercased() }
        let upper = all.count { $0.keyword == $0.keyword.uppercased() && $0.keyword != $0.keyword.lowercased() }
        let isMajorityLower = lower > upper
        for (keyword, range, comments) in all {
            let wanted = isMajorityLower ? keyword.lowercased() : keyword.uppercased()
            guard keyword != wanted else { continue }
            warn(
                "ConsistentInstructionCasing",
                "Command '\(keyword)' should match the case of the command majority (\(isMajorityLower ? "lowercase" : "uppercase"))",
                at: range, comments: comments, hint: "write \(wanted)")
        }
    }
}
