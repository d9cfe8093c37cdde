import Dockerfile

/// What a `RUN` starts, here-documents taken into account.
struct RunCommand: Sendable {
    var arguments: [String]
    /// A here-document that begins with `#!`: a program to lay into the container and start.
    var script: (name: String, content: [UInt8])?

    /// Where scripts are. Not where BuildKit has them, `/dev/pipes`: nothing is mounted into a step's `/dev`.
    static let scriptDirectory = "/run/heredoc"
    private static let scriptDirectoryInHistory = "/dev/pipes"

    /// What the history says was started: BuildKit's words.
    var historyArguments: [String] {
        guard let script else { return arguments }
        return arguments.dropLast() + ["\(Self.scriptDirectoryInHistory)/\(script.name)"]
    }

    init(_ run: RunInstruction, state: StageState) {
        guard case .shell(let text) = run.commandLine, let first = run.heredocs.first else {
            arguments = state.words(of: run.commandLine)
            return
        }
        if Self.isOnlyHeredoc(text) {
            let content = first.effectiveContent
            if content.starts(with: Array("#!".utf8)) {
                script = (first.name, content)
                arguments = state.shell + ["\(Self.scriptDirectory)/\(first.name)"]
            } else {
                arguments = state.shell + [String(decoding: content, as: UTF8.self)]
            }
        } else {
            var whole = text
            for heredoc in run.heredocs {
                whole += "\n" + String(decoding: heredoc.content, as: UTF8.self) + heredoc.name
            }
            arguments = state.shell + [whole]
        }
    }

    /// Whether a command is `<<EOF` and nothing else.
    private static func isOnlyHeredoc(_ text: String) -> Bool {
        let trimmed = text.utf8.drop { $0 == 32 || $0 == 9 }
        var rest = trimmed.drop { (48...57).contains($0) }
        guard rest.starts(with: "<<".utf8) else { return false }
        rest = rest.dropFirst(2)
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let name = rest.split(separator: 32, omittingEmptySubsequences: false)
        guard let word = name.first, !word.isEmpty, word.first != UInt8(ascii: "<") else { return false }
        return name.dropFirst().allSatisfy(\.isEmpty) && !word.contains(9)
    }
}
