import Diagnostics
import Yams

extension ManifestMap {
    /// The key `kind` with the keys that belong to that kind.
    func kind() -> CheckKind? {
        guard let word = required("kind") else { return nil }
        switch word {
        case "builds": return .builds
        case "stages":
            return .stages(
                StagesRule(
                    minimum: int("min", in: 1...1000) ?? 2, takesFromStage: bool("takes_from_stage") ?? true,
                    source: string("from")))
        case "stage_name":
            return required("name").map { .stageName(StageNameRule(name: $0, mayBeFinal: bool("final") ?? false)) }
        case "final_base": return .finalBase(FinalBaseRule(anyOf: strings("is") ?? []))
        case "image_delta": return .imageDelta(imageDelta())
        case "forbidden_files":
            return .forbiddenFiles(
                ForbiddenFilesRule(
                    paths: strings("paths") ?? [], categories: words("categories") ?? [],
                    contents: strings("contents") ?? [], countsHidden: bool("hidden") ?? true))
        case "executable":
            return .executable(
                ExecutableRule(
                    path: string("path"), machine: string("machine"), linkage: self.word("linkage"),
                    isResolved: bool("resolved") ?? true, isStripped: bool("stripped"), mode: mode("mode")))
        case "run": return .run(run())
        case "size": return size()
        case "added": return bytes("max").map { .added(LimitRule(maximum: $0)) } ?? missing("max")
        case "layers": return int("max").map { .layers(LimitRule(maximum: Int64($0))) } ?? missing("max")
        case "config": return .config(config())
        case "instruction":
            return required("name").map {
                .instruction(
                    InstructionRule(
                        name: $0.uppercased(), isUsed: bool("used") ?? true, containing: string("containing"),
                        inFinalStage: bool("final_stage") ?? false))
            }
        case "lint": return .lint(LintRule(except: strings("except") ?? []))
        case "cached": return .cached(CachedRule(change: strings("change") ?? ["*"], steps: strings("steps") ?? []))
        case "file":
            return required("path").map {
                .file(
                    FileRule(
                        path: $0, exists: bool("exists") ?? true, content: expectation("content"), mode: mode("mode"),
                        owner: int("owner").map { UInt32($0) }))
            }
        case "origin":
            let (path, stage) = (string("path"), string("stage"))
            return self.word("from").map { .origin(OriginRule(path: path, from: $0, stage: stage)) } ?? missing("from")
        case "substitution": return substitution().map(CheckKind.substitution)
        default:
            unknownKind(word, among: CheckKind.names)
            return nil
        }
    }

    private func missing(_ key: String) -> CheckKind? {
        if !has(key) { reader.report("manifest-missing-key", "the key `\(key)` is missing here", at: mark) }
        return nil
    }

    private func imageDelta() -> ImageDeltaRule {
        var rule = ImageDeltaRule()
        let allowances = maps("allow").map { entry in
            defer { entry.finish() }
            return ImageDeltaRule.Allowance(
                kind: entry.word("kind") ?? .any, path: entry.string("path"), count: entry.int("count"))
        }
        if has("allow") { rule.allow = allowances }
        rule.anyDirectories = bool("any_directories") ?? false
        rule.countsHidden = bool("hidden") ?? true
        if let partial = map("partial") {
            rule.partial = ImageDeltaRule.Partial(
                extraFiles: partial.int("extra_files") ?? 0, extraBytes: partial.bytes("extra_bytes") ?? .max,
                award: partial.percent("award") ?? 0)
            partial.finish()
        }
        return rule
    }

    private func run() -> RunRule {
        let (seconds, output) = (seconds("time"), bytes("output"))
        return RunRule(
            arguments: strings("arguments") ?? [], standardInput: string("stdin"),
            standardOutput: expectation("stdout"), standardError: expectation("stderr"),
            exitStatus: Int32(int("exit", in: 0...255) ?? 0),
            limits: seconds == nil && output == nil ? nil : RunLimits(seconds: seconds, output: output))
    }

    private func size() -> CheckKind? {
        let percent = percent("by") ?? 0
        switch string("than") {
        case nil: return missing("than")
        case "reference": return .size(SizeRule(than: .reference, percent: percent))
        // A word, and not an amount that is wrong.
        case let text? where text.first?.isLetter == true:
            reader.report(
                "manifest-value", "`than` cannot be `\(text)`", at: mark(of: "than"),
                hint: Suggestion.nearest(to: text, among: ["reference"]).map { "did you mean `\($0)`?" }
                    ?? "it is `reference` or an amount of bytes such as `64K` or `2G`")
            return nil
        default: return bytes("than").map { .size(SizeRule(than: .bytes($0), percent: percent)) }
        }
    }

    private func config() -> ConfigRule {
        ConfigRule(
            user: string("user"), isNotRoot: bool("not_root") ?? false, commandForm: word("command_form"),
            environment: texts("env") ?? [:], labels: texts("labels") ?? [:], ports: strings("ports") ?? [],
            hasHealthcheck: bool("healthcheck"), workingDirectory: string("workdir"),
            stopSignal: string("stop_signal"))
    }

    /// A text that is compared without white space at its end, or a map with one of exactly, trimmed, contains, glob.
    private func expectation(_ key: String) -> TextExpectation? {
        guard let node = node(key) else { return nil }
        if case .scalar(let scalar) = node { return .trimmed(scalar.string) }
        guard let map = map(key) else { return nil }
        let ways: [(String, (String) -> TextExpectation)] = [
            ("exactly", TextExpectation.exactly), ("trimmed", TextExpectation.trimmed),
            ("contains", TextExpectation.contains), ("glob", TextExpectation.glob),
        ]
        let given = ways.compactMap { way in map.string(way.0).map(way.1) }
        map.finish()
        if given.count != 1 {
            reader.report(
                "manifest-value", "`\(key)` needs exactly one of exactly, trimmed, contains, glob", at: node.mark)
        }
        return given.first
    }
}
