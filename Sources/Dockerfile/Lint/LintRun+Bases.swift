import Diagnostics

/// A stage after its base is known.
struct ResolvedStage {
    /// The base's name, expanded.
    var base: String
    /// The earlier stage that it builds on.
    var stageIndex: Int?
    /// What the base image says; nil for `scratch`, an earlier stage, or when nobody knows.
    var config: DockerfileLint.BaseConfig?
    /// Nothing is known about the variables of the base.
    var isUnknown = false
}

/// `FROM`: which arguments it may use and what becomes of them.
extension LintRun {
    /// The global scope: platform arguments and `ARG` before the first `FROM`.
    struct GlobalArguments {
        var values: [String: String]
        /// Declared, with or without a value.
        var declared: Set<String>
    }

    /// - Parameter buildArguments: nil asks what becomes of the file with defaults alone.
    func globalArguments(_ dockerfile: Dockerfile, buildArguments: [String: String]?)
        throws(InstructionError) -> GlobalArguments
    {
        var values: [String: String] = [:]
        for (prefix, text) in [("BUILD", "linux/" + PlatformName.hostArchitecture), ("TARGET", options.platform)] {
            let platform = try PlatformName(text)
            values[prefix + "PLATFORM"] = platform.description
            values[prefix + "OS"] = platform.os
            values[prefix + "OSVERSION"] = ""
            values[prefix + "ARCH"] = platform.architecture
            values[prefix + "VARIANT"] = platform.variant ?? ""
        }
        values["TARGETSTAGE"] = options.target ?? dockerfile.stages.last?.name ?? "default"
        for name in values.keys {
            if let value = options.buildArguments[name] { values[name] = value }
        }
        var out = GlobalArguments(values: values, declared: [])
        for command in dockerfile.metaArguments {
            guard case .arg(let arg) = command.instruction else { continue }
            for argument in arg.arguments {
                out.declared.insert(argument.name)
                if let value = buildArguments?[argument.name] {
                    out.values[argument.name] = value
                } else if let text = argument.value {
                    do throws(WordError) {
                        let value = try Self.value(text, out.values, dockerfile)
                        out.values[argument.name] = value
                    } catch {
                        throw error.instructionError
                    }
                }
            }
        }
        return out
    }

    /// A value; the variables are let go before they change: a copy for each `ARG` would make many of them quadratic.
    private static func value(
        _ text: String, _ values: [String: String], _ dockerfile: Dockerfile
    ) throws(WordError) -> String {
        try dockerfile.wordExpander.expand(text) { values[$0] }.text
    }

    /// The bases of all stages, or nil when one of them stops the build.
    mutating func checkBases(_ dockerfile: Dockerfile) -> [ResolvedStage]? {
        checkDefaults(dockerfile)
        let global: GlobalArguments
        do throws(InstructionError) {
            global = try globalArguments(dockerfile, buildArguments: options.buildArguments)
        } catch {
            fail(error, range: dockerfile.metaArguments.first?.range ?? SourceRange(line: 1))
            return nil
        }
        var names: [String: Int] = [:]
        var out: [ResolvedStage] = []
        var isStopped = false
        for stage in dockerfile.stages {
            do throws(InstructionError) {
                let base = try resolve(stage, dockerfile, global)
                var resolved = ResolvedStage(base: base, stageIndex: names[base.lowercased()])
                if resolved.stageIndex == nil, base != "scratch" {
                    try checkImage(base, stage, &resolved)
                }
                out.append(resolved)
            } catch {
                fail(error, range: stage.range, precise: error.word.flatMap { _ in stage.base.range })
                isStopped = true
                out.append(ResolvedStage(base: stage.base.text, isUnknown: true))
            }
            if let name = stage.name { names[name] = stage.index }
        }
        return isStopped ? nil : out
    }

    private mutating func checkDefaults(_ dockerfile: Dockerfile) {
        guard let defaults = try? globalArguments(dockerfile, buildArguments: nil) else { return }
        for stage in dockerfile.stages {
            guard let base = try? dockerfile.wordExpander.expand(stage.base.text, lookup: { defaults.values[$0] })
            else { return }
            if !ImageNameSyntax.isValid(base.text) {
                warn(
                    "InvalidDefaultArgInFrom",
                    "Default value for ARG \(stage.base.text) results in empty or invalid base image name",
                    at: stage.base.range ?? stage.range, comments: stage.comments,
                    hint: "give the ARG a default value")
            }
        }
    }

    private mutating func expand(_ text: String, _ stage: Stage, _ dockerfile: Dockerfile, _ global: GlobalArguments)
        throws(InstructionError) -> ExpandedWord
    {
        let result: ExpandedWord
        do throws(WordError) {
            result = try dockerfile.wordExpander.expand(text) { global.values[$0] }
        } catch {
            throw error.instructionError
        }
        let known = Set(global.values.keys).union(global.declared)
        for name in result.unset where !known.contains(name) {
            let match = GoSuggestion.search(name, in: known.sorted())
            warn(
                "UndefinedArgInFrom",
                "FROM argument '\(name)' is not declared" + (match.map { " (did you mean \($0)?)" } ?? ""),
                at: stage.range, comments: stage.comments,
                hint: "FROM sees only ARGs from before the first FROM: put ARG \(name)=value at the top")
        }
        return result
    }

    private mutating func resolve(_ stage: Stage, _ dockerfile: Dockerfile, _ global: GlobalArguments)
        throws(InstructionError) -> String
    {
        let base = try expand(stage.base.text, stage, dockerfile, global).text
        guard !base.isEmpty else {
            throw InstructionError(
                id: "blank-base", message: "base name (\(stage.base.text)) should not be blank",
                hint: "give the ARG a default value, or pass --build-arg", word: stage.base.text)
        }
        if let text = stage.platform {
            let result = try expand(text, stage, dockerfile, global)
            checkPlatform(result, text: text, stage, global)
            let match = result.unset.lazy.compactMap { GoSuggestion.search($0, in: global.values.keys.sorted()) }.first
            let hint = match.map { "did you mean \($0)?" }
            guard !result.text.isEmpty else {
                throw InstructionError(
                    id: "platform", message: "empty platform value from expression \(text)", hint: hint)
            }
            do throws(InstructionError) {
                _ = try PlatformName(result.text)
            } catch {
                throw InstructionError(
                    id: "platform", message: "failed to parse platform \(text): \(error.message)",
                    hint: hint ?? error.hint)
            }
        }
        return base
    }

    private mutating func checkPlatform(
        _ result: ExpandedWord, text: String, _ stage: Stage, _ global: GlobalArguments
    ) {
        if result.used == ["TARGETPLATFORM"], result.unset.isEmpty, result.text == global.values["TARGETPLATFORM"] {
            warn(
                "RedundantTargetPlatform",
                "Setting platform to predefined \(text) in FROM is redundant as this is the default behavior",
                at: stage.range, comments: stage.comments, hint: "remove --platform=\(text)")
        }
        guard result.used.isEmpty, result.unset.isEmpty, let platform = try? PlatformName(result.text) else { return }
        let name = stage.name ?? ""
        if !name.contains(platform.os), !name.contains(platform.architecture) {
            warn(
                "FromPlatformFlagConstDisallowed",
                "FROM --platform flag should not use constant value \(GoQuote.quote(result.text))", at: stage.range,
                comments: stage.comments, hint: "leave it out, or use $BUILDPLATFORM")
        }
    }

    private mutating func checkImage(_ base: String, _ stage: Stage, _ resolved: inout ResolvedStage)
        throws(InstructionError)
    {
        guard ImageNameSyntax.isValid(base) else {
            throw InstructionError(
                id: "image-name",
                message: "failed to parse stage name \(GoQuote.quote(base)): invalid reference format",
                hint: "an image is named in lower case: name, name:tag or host/name:tag", word: stage.base.text)
        }
        guard let provider = options.baseConfig else {
            resolved.isUnknown = true
            return
        }
        guard let config = provider(base) else {
            throw InstructionError(
                id: "base-image", message: "\(base): no such image",
                hint: "did you mean a stage? stages are named with FROM ... AS name", word: stage.base.text)
        }
        guard !config.isUnknown else {
            resolved.isUnknown = true
            return
        }
        resolved.config = config
        let expected = (stage.platform.flatMap { try? PlatformName($0) } ?? (try? PlatformName(options.platform)))
        guard let expected, let actual = config.platform.flatMap({ try? PlatformName($0) }),
            (expected.os, expected.architecture) != (actual.os, actual.architecture)
        else { return }
        warn(
            "InvalidBaseImagePlatform",
            "Base image \(base) was pulled with platform \(GoQuote.quote(actual.description)), expected \(GoQuote.quote(expected.description)) for current build",
            at: stage.range, comments: stage.comments)
    }
}
