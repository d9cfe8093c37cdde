import Lessons

/// The image's configuration.
enum ConfigJudgement {
    static func expected(_ rule: ConfigRule) -> String {
        let parts = demands(rule).map(\.expected)
        return parts.isEmpty ? "any configuration" : Wording.list(parts)
    }

    static func judge(_ rule: ConfigRule, _ observations: Observations) -> Finding {
        guard let config = observations.config else { return .unobserved }
        let wrong = demands(rule).filter { !$0.holds(config) }
        guard let first = wrong.first else { return .pass("as wanted") }
        return .fail(Wording.list(wrong.map { $0.actual(config) }), advice: first.advice)
    }

    private struct Demand {
        var expected: String
        var advice: String
        var holds: (ConfigObservation) -> Bool
        var actual: (ConfigObservation) -> String
    }

    private static func demands(_ rule: ConfigRule) -> [Demand] {
        var all: [Demand] = []
        func shown(_ text: String) -> String { text.isEmpty ? "none" : "`\(Wording.clipped(text, 80))`" }
        if let user = rule.user {
            all.append(
                Demand(
                    expected: "the user `\(user)`", advice: "Add `USER \(user)`.", holds: { $0.user == user },
                    actual: { "the user is \(shown($0.user))" }))
        }
        if rule.isNotRoot {
            all.append(
                Demand(
                    expected: "a user other than root", advice: "Add `USER` with an ordinary user.",
                    holds: { config in
                        let name = config.user.split(separator: ":").first.map(String.init) ?? ""
                        return !name.isEmpty && name != "root" && UInt64(name) != 0
                    }, actual: { "the user is \($0.user.isEmpty ? "root" : shown($0.user))" }))
        }
        if let form = rule.commandForm {
            all.append(
                Demand(
                    expected: form == .exec
                        ? "the command as a list (exec form)" : "the command as a line (shell form)",
                    advice: form == .exec ? "Write `CMD [\"/program\"]`." : "Write `CMD program`.",
                    holds: { isShellForm($0) == (form == .shell) && !$0.arguments.isEmpty },
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
                    holds: { $0.stopSignal == signal }, actual: { "the stop signal is \(shown($0.stopSignal ?? ""))" }))
        }
        return all
    }

    private static func isShellForm(_ config: ConfigObservation) -> Bool {
        let arguments = config.arguments
        return arguments.count >= 2 && arguments[0].hasSuffix("sh") && arguments[1] == "-c"
    }

    private static func normalized(_ port: String) -> String { port.contains("/") ? port : port + "/tcp" }
}
