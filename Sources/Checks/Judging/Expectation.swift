import Lessons

/// What each kind of check expects, in words.
enum Expectation {
    static func sentence(_ kind: CheckKind, _ observations: Observations) -> String {
        switch kind {
        case .builds: return "the image builds"
        case .stages(let rule):
            return rule.takesFromStage
                ? "at least \(Wording.count(rule.minimum, "stage")), the last takes a file from \(rule.source.map { "the stage `\($0)`" } ?? "an earlier one")"
                : "at least \(Wording.count(rule.minimum, "stage"))"
        case .stageName(let rule): return "a stage named `\(rule.name)`\(rule.mayBeFinal ? "" : " before the last")"
        case .finalBase(let rule):
            let names = rule.anyOf.isEmpty ? observations.bases : rule.anyOf
            return "the final stage is based on \(Wording.list(names.map { "`\($0)`" }, "or"))"
        case .imageDelta(let rule): return "over the base only \(allowances(rule))"
        case .forbiddenFiles(let rule): return "no layer holds \(forbidden(rule))"
        case .executable(let rule): return executable(rule)
        case .run(let rule): return run(rule)
        case .size(let rule): return size(rule)
        case .added(let rule): return "at most \(Wording.bytes(rule.maximum)) over the base"
        case .layers(let rule): return "at most \(Wording.count(Int(rule.maximum), "layer")) over the base"
        case .config(let rule): return ConfigJudgement.expected(rule)
        case .instruction(let rule):
            let what = rule.containing.map { "`\(rule.name)` with `\($0)`" } ?? "`\(rule.name)`"
            return "\(what) is \(rule.isUsed ? "used" : "not used")\(rule.inFinalStage ? " in the final stage" : "")"
        case .lint: return "the linter has nothing to say"
        case .cached(let rule):
            return "after a change of \(Wording.list(rule.change)) these come from the cache: "
                + Wording.list(rule.steps.map { "`\($0)`" })
        case .file(let rule): return file(rule)
        case .origin(let rule): return origin(rule)
        case .substitution: return "the program is compiled from its source"
        }
    }

    private static func allowances(_ rule: ImageDeltaRule) -> String {
        guard !rule.allow.isEmpty else { return "nothing" }
        return Wording.list(
            rule.allow.map { allowance in
                let noun: String
                switch allowance.kind {
                case .elf: noun = "compiled program"
                case .file: noun = "file"
                case .symlink: noun = "symbolic link"
                case .any: noun = "file"
                }
                let count = allowance.count.map { $0 == 1 ? "one \(noun)" : "\($0) \(noun)s" } ?? "\(noun)s"
                return allowance.path.map { "\(count) `\($0)`" } ?? count
            })
    }

    private static func forbidden(_ rule: ForbiddenFilesRule) -> String {
        var parts = rule.paths.map { "`\($0)`" } + rule.categories.map(ForbiddenJudgement.noun)
        parts += rule.contents.map { "the text \"\(Wording.clipped($0, 40))\"" }
        return parts.isEmpty ? "anything forbidden" : Wording.list(parts, "or")
    }

    private static func executable(_ rule: ExecutableRule) -> String {
        var parts = ["\(rule.path.map { "`\($0)`" } ?? "the program") is an ELF executable"]
        if let machine = rule.machine { parts.append("for \(machine)") }
        if let linkage = rule.linkage { parts.append(linkage == .static ? "statically linked" : "dynamically linked") }
        if rule.isResolved { parts.append("with all it needs in the image") }
        if let isStripped = rule.isStripped { parts.append(isStripped ? "stripped" : "not stripped") }
        if let mode = rule.mode { parts.append("with the mode \(String(mode, radix: 8))") }
        return parts.joined(separator: ", ")
    }

    private static func run(_ rule: RunRule) -> String {
        var parts: [String] = []
        if let text = rule.standardOutput { parts.append("prints \(expected(text))") }
        if let text = rule.standardError { parts.append("prints \(expected(text)) on standard error") }
        parts.append(rule.exitStatus == 0 ? "ends well" : "ends with status \(rule.exitStatus)")
        return "the image's own command \(Wording.list(parts))"
    }

    static func expected(_ text: TextExpectation) -> String {
        switch text {
        case .exactly(let text), .trimmed(let text): Wording.quoted(Array(text.utf8))
        case .contains(let text): "a text with \(Wording.quoted(Array(text.utf8)))"
        case .glob(let text): "a text like \(Wording.quoted(Array(text.utf8)))"
        }
    }

    private static func size(_ rule: SizeRule) -> String {
        switch rule.than {
        case .reference:
            rule.percent > 0
                ? "at least \(rule.percent) % smaller than the single-stage image"
                : "smaller than the single-stage image"
        case .bytes(let bytes):
            rule.percent > 0
                ? "at least \(rule.percent) % below \(Wording.bytes(bytes))" : "at most \(Wording.bytes(bytes))"
        }
    }

    private static func file(_ rule: FileRule) -> String {
        guard rule.exists else { return "`\(rule.path)` is not in the image" }
        var parts = ["`\(rule.path)` is in the image"]
        if let content = rule.content { parts.append("holds \(expected(content))") }
        if let mode = rule.mode { parts.append("has the mode \(String(mode, radix: 8))") }
        if let owner = rule.owner { parts.append("belongs to the user \(owner)") }
        return Wording.list(parts)
    }

    private static func origin(_ rule: OriginRule) -> String {
        let what = rule.path.map { "`\($0)`" } ?? "the program"
        switch rule.from {
        case .built: return "\(what) is made by a RUN\(rule.stage.map { " of the stage `\($0)`" } ?? "")"
        case .context: return "\(what) comes from the build context"
        case .image: return "\(what) comes from another image"
        case .base: return "\(what) is part of the base"
        case .inline: return "\(what) is written in the Dockerfile"
        case .url: return "\(what) is downloaded"
        }
    }
}
