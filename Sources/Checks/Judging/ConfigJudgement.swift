import Dockerfile
import Lessons

/// The image's configuration.
enum ConfigJudgement {
    static func expected(_ rule: ConfigRule) -> String {
        let parts = demands(rule).map(\.expected)
        return parts.isEmpty ? "any configuration" : Wording.list(parts)
    }

    static func judge(_ rule: ConfigRule, _ observations: Observations) -> Finding {
        guard let config = observations.config else { return .unobserved }
        let wrong = demands(rule, observations).filter { !$0.holds(config) }
        guard let first = wrong.first else { return .pass("as wanted") }
        var said: Set<String> = []
        let actual = wrong.map { $0.actual(config) }.filter { said.insert($0).inserted }
        return .fail(Wording.list(actual), advice: first.advice)
    }

    private struct Demand {
        var expected: String
        var advice: String
        var holds: (ConfigObservation) -> Bool
        var actual: (ConfigObservation) -> String
    }

    private static func demands(_ rule: ConfigRule, _ observations: Observations? = nil) -> [Demand] {
        let accounts = observations?.accounts
        var all: [Demand] = []
        func shown(_ text: String) -> String { text.isEmpty ? "none" : "`\(Wording.clipped(text, 80))`" }
        if let user = rule.user {
            all.append(
                Demand(
                    expected: "the user `\(user)`", advice: "Add `USER \(user)`.",
                    holds: { isSame(user: user, $0.user, accounts) },
                    actual: { "the user is \($0.user.isEmpty ? "root (there is no `USER`)" : shown($0.user))" }))
        }
        if rule.isNotRoot {
            all.append(
                Demand(
                    expected: "a user other than root", advice: "Add `USER` with an ordinary user.",
                    holds: { rootByUser($0.user, accounts) == nil && !isUnknown($0.user, accounts) },
                    actual: { config in
                        if isUnknown(config.user, accounts) { return "the image has no user \(shown(config.user))" }
                        return "the user is \(rootByUser(config.user, accounts) ?? shown(config.user))"
                    }))
        }
        if let form = rule.commandForm {
            all.append(
                Demand(
                    expected: form == .exec
                        ? "the command as a list (exec form)" : "the command as a line (shell form)",
                    advice: form == .exec ? "Write `CMD [\"/program\"]`." : "Write `CMD program`.",
                    holds: {
                        guard !$0.arguments.isEmpty else { return false }
                        return form == .exec ? isList($0, observations?.graph) : isShellForm($0, observations?.graph)
                    },
                    actual: { "the command is \(shown($0.arguments.joined(separator: " ")))" }))
        }
        for (name, value) in rule.environment.sorted(by: { $0.key < $1.key }) {
            all.append(
                Demand(
                    expected: "`\(name)=\(value)` in the environment", advice: "Add `ENV \(name)=\(value)`.",
                    holds: { $0.environment[name] == value },
                    actual: { "`\(name)` is \(shown($0.environment[name] ?? ""))" }))
        }
        for (name, value) in rule.labels.sorted(by: { $0.key < $1.key }) {
            all.append(
                Demand(
                    expected: "the label `\(name)=\(value)`", advice: "Add `LABEL \(name)=\(value)`.",
                    holds: { $0.labels[name] == value },
                    actual: { "the label `\(name)` is \(shown($0.labels[name] ?? ""))" }))
        }
        for port in rule.ports.map(normalized) {
            all.append(
                Demand(
                    expected: "the port \(port)", advice: "Add `EXPOSE \(port)`.",
                    holds: { $0.ports.map(normalized).contains(port) },
                    actual: { "the ports are \(shown($0.ports.joined(separator: " ")))" }))
        }
        if let hasHealthcheck = rule.hasHealthcheck {
            all.append(
                Demand(
                    expected: hasHealthcheck ? "a health check" : "no health check",
                    advice: hasHealthcheck ? "Add `HEALTHCHECK CMD`." : "Remove `HEALTHCHECK`.",
                    holds: { $0.hasHealthcheck == hasHealthcheck },
                    actual: { $0.hasHealthcheck ? "there is a health check" : "there is no health check" }))
        }
        if let directory = rule.workingDirectory {
            all.append(
                Demand(
                    expected: "the working directory `\(directory)`", advice: "Add `WORKDIR \(directory)`.",
                    holds: { ImagePath($0.workingDirectory) == ImagePath(directory) },
                    actual: { "the working directory is \(shown($0.workingDirectory))" }))
        }
        if let signal = rule.stopSignal {
            all.append(
                Demand(
                    expected: "the stop signal `\(signal)`", advice: "Add `STOPSIGNAL \(signal)`.",
                    holds: { $0.stopSignal.map { ProcessSignal.isSame($0, signal) } == true },
                    actual: { "the stop signal is \(shown($0.stopSignal ?? ""))" }))
        }
        return all
    }

    // MARK: - The command's form

    /// Whether the command that counts was written as a list. The configuration of a shell's line and of a list that
    /// starts a shell is the same, so the recorded instruction tells; that of a base is known by its shape only.
    private static func isList(_ config: ConfigObservation, _ graph: BuildGraph?) -> Bool {
        written(config, graph).map { $0 == words(config) } ?? !hasShape(config)
    }

    /// A line of shell, also one that a list hands to a shell.
    private static func isShellForm(_ config: ConfigObservation, _ graph: BuildGraph?) -> Bool {
        hasShape(config) || !isList(config, graph)
    }

    private static func words(_ config: ConfigObservation) -> [String] {
        config.entrypoint.isEmpty ? config.command : config.entrypoint
    }

    /// The words that the instruction lists, none for a line of shell; nil when the build has no such instruction.
    private static func written(_ config: ConfigObservation, _ graph: BuildGraph?) -> [String]? {
        guard let graph else { return nil }
        let kind = config.entrypoint.isEmpty ? "CMD" : "ENTRYPOINT"
        for stage in graph.finalChain {
            guard let step = graph.stages[stage].steps.last(where: { $0.kind == kind }) else { continue }
            switch (try? Command.parseTrigger(step.text))?.instruction {
            case .cmd(.exec(let words)), .entrypoint(.exec(let words)): return words
            default: return []
            }
        }
        return nil
    }

    private static func hasShape(_ config: ConfigObservation) -> Bool {
        let arguments = words(config)
        return arguments.count >= 2 && arguments[0].hasSuffix("sh") && arguments.dropFirst().contains("-c")
    }

    // MARK: - Users

    /// The same user by the image's own list; a group beside it counts only where the rubric names one.
    private static func isSame(user wanted: String, _ actual: String, _ accounts: Accounts?) -> Bool {
        if wanted == actual { return true }
        let (first, second) = (Accounts.parts(wanted), Accounts.parts(actual))
        let known = accounts ?? Accounts()
        func isSame(_ a: String, _ b: String, _ id: (String) -> UInt32?) -> Bool {
            if let a = id(a), let b = id(b) { return a == b }
            return a == b
        }
        guard !second.user.isEmpty, isSame(first.user, second.user, known.user) else { return false }
        guard let group = first.group else { return true }
        return second.group.map { isSame(group, $0, known.group) } ?? false
    }

    /// How a `USER` that is root is to be shown; nil for anybody else.
    private static func rootByUser(_ text: String, _ accounts: Accounts?) -> String? {
        let name = Accounts.parts(text).user
        guard (accounts ?? Accounts()).user(name) == 0 else { return nil }
        if text.isEmpty { return "root" }
        let shown = "`\(Wording.clipped(text, 80))`"
        return name.isEmpty || name == "root" || Int(name) != nil
            ? shown : "\(shown), which is root by its number (uid 0)"
    }

    /// A name that the image's list does not have: nothing starts as that.
    private static func isUnknown(_ text: String, _ accounts: Accounts?) -> Bool {
        accounts.map { $0.user(Accounts.parts(text).user) == nil } ?? false
    }

    private static func normalized(_ port: String) -> String { port.contains("/") ? port : port + "/tcp" }
}
