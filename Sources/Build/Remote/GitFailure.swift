/// What git said, in words that lead on.
struct GitFailure {
    private let source: String
    private let lines: [String]

    init(_ output: [UInt8], source: String) {
        self.source = source
        lines = String(decoding: output.suffix(8192), as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }

    /// Signs that nobody answered at all, which is nobody's mistake for sure.
    private static let silence = [
        "Could not resolve host", "Failed to connect", "Connection refused", "Connection timed out",
        "unable to connect",
        "Network is unreachable", "No route to host", "Could not resolve hostname", "Connection reset",
        "unable to look up",
    ]

    var failure: BuildFailure {
        let whole = lines.joined(separator: "\n")
        // The first complaint is the cause; what follows says that git gave up because of it.
        let reason = lines.first { $0.hasPrefix("fatal: ") || $0.hasPrefix("error: ") } ?? lines.last ?? "git failed"
        if Self.silence.contains(where: { whole.contains($0) }) {
            return .unreachable(source, lines.first { line in Self.silence.contains { line.contains($0) } } ?? reason)
        }
        return .remote("download-failed", "cannot fetch \(source): \(reason)", hint: hint(whole))
    }

    private func hint(_ whole: String) -> String {
        if whole.contains("redirect") || whole.contains("error: 30") {
            return "the repository has moved: write the address that it moved to"
        }
        if whole.contains("could not read Username") || whole.contains("Authentication failed")
            || whole.contains("error: 401")
        {
            return "there is no such repository, or it is private: builds have no credentials"
        }
        if whole.contains("not found") || whole.contains("does not appear to be a git repository") {
            return "there is no such repository: check the address letter by letter"
        }
        if whole.contains("Permission denied (publickey") {
            return "the server knows none of the keys of the agent that was passed with --ssh"
        }
        return "check the address; `git ls-remote ADDRESS` tries it outside a build"
    }
}
