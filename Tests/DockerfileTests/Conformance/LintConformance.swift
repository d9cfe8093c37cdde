import Diagnostics

@testable import Dockerfile

/// One recorded run of `docker build --check`.
struct LintConformance {
    var row: [String: Any]

    func wrong() -> String? {
        var options = DockerfileLint.Options()
        options.teaches = false
        for (key, value) in row["attrs"] as? [String: String] ?? [:] where key.hasPrefix("build-arg:") {
            options.buildArguments[String(key.dropFirst("build-arg:".count))] = value
        }
        if let ignore = row["dockerignore"] as? String, !ignore.isEmpty {
            options.ignore = try? IgnorePatterns.parse(Array(ignore.utf8), file: ".dockerignore")
        }
        // What the recorder had at hand.
        let missing = row["needs_base_image"] as? Bool ?? false
        options.baseConfig = { name in
            missing && !name.hasPrefix("debian")
                ? nil : .init(environment: ["PATH=/bin"], platform: "linux/" + PlatformName.hostArchitecture)
        }
        let text = row["dockerfile"] as? String ?? ""
        let report = DockerfileLint.check(Array(text.utf8), file: "Dockerfile", options: options)
        let want = (row["warnings"] as? [[String: Any]] ?? []).map { warning in
            let lines = (warning["lines"] as? [[Int]] ?? []).flatMap { $0 }
            return (rule: "\(warning["rule"] ?? "")", detail: "\(warning["detail"] ?? "")", lines: lines)
        }
        var rest = report.warnings
        for warning in want {
            let index = rest.firstIndex { ours in
                ours.id == warning.rule && ours.message == warning.detail
                    && (warning.lines.min() ?? 0)...(warning.lines.max() ?? 0) ~= (ours.range?.start.line ?? 0)
            }
            guard let index else {
                return "no \(warning); ours: \(rest.map { "\($0.id) \($0.message) \($0.range?.start.line ?? 0)" })"
            }
            rest.remove(at: index)
        }
        if let more = rest.first { return "too much: \(more.id): \(more.message)" }
        guard let error = row["build_error"] as? [String: Any] else {
            return report.error.map { "unexpected error \($0.diagnostics.first?.message ?? "")" }
        }
        guard let ours = report.error, let first = ours.diagnostics.first else { return "no error \(error)" }
        if let line = (error["lines"] as? [[Int]])?.first?.first, line != ours.lines.lowerBound {
            return "error line \(ours.lines)"
        }
        if missing { return nil }
        var message = error["message"] as? String ?? ""
        if message.hasPrefix("dockerfile parse error on line "), let colon = message.firstIndex(of: ":") {
            message.removeSubrange(...message.index(after: colon))
        }
        let hint = first.hint.map { $0.hasPrefix("did you mean") ? " (\($0))" : "" } ?? ""
        return message == first.message || message == first.message + hint
            ? nil : "message \(first.message)\(hint) not \(message)"
    }
}
