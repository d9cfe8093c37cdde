/// A command of a fence, to be run by a shell.
public struct RunnableCommand: Hashable, Sendable {
    /// The command, without prompt; several lines when it goes on.
    public var text: String
    /// The line of its first line, 1-based.
    public var line: Int

    /// Makes a command.
    public init(text: String, line: Int) {
        self.text = text
        self.line = line
    }
}

extension Fence {
    /// What a learner is meant to type: only the lines with a `$ ` prompt where there are prompts, else each command of
    /// a fence in a shell's language. Pasted output is left out, and so are remark's highlight backticks.
    ///
    /// A command goes on over a backslash at the end of its line, an open quote, a here-document, `|`, `&&`, and up to
    /// the end of `for`, `if`, `while`, `case` and braces.
    public var runnableCommands: [RunnableCommand] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.contains(where: Self.isPrompt) { return promptedCommands(lines) }
        guard isShell, !looksForeign(lines) else { return [] }
        return allCommands(lines)
    }

    /// The text without remark's highlight backticks (`highlightSpans`): paired ones on a line go, those inside a shell
    /// substitution `$(...)` and lone ones stay.
    public var displayText: String {
        guard text.utf8.contains(.backtick) else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { Highlight.removed(from: String($0)) }.joined(separator: "\n")
    }

    /// Whether the language is a shell's. Fences without a language count only by their prompts.
    public var isShell: Bool {
        ["bash", "sh", "shell", "console", "shell-session", "zsh", "ash", "terminal"].contains(language.lowercased())
    }

    private static func isPrompt(_ line: String) -> Bool { line.hasPrefix("$ ") && line.utf8.count > 2 }

    private func promptedCommands(_ lines: [String]) -> [RunnableCommand] {
        var commands: [RunnableCommand] = []
        var index = 0
        while index < lines.count {
            guard Self.isPrompt(lines[index]) else {
                index += 1
                continue
            }
            let first = index
            var state = ShellContinuation()
            var command = [Highlight.removed(from: String(lines[index].dropFirst(2)))]
            state.feed(command[0])
            index += 1
            // Output follows a whole command, so only an unfinished one goes on; a secondary prompt is no part of it.
            while state.isOpen, index < lines.count, !Self.isPrompt(lines[index]) {
                let isSecondary = lines[index].hasPrefix("> ") && !state.isInHereDocument
                let line = Highlight.removed(from: isSecondary ? String(lines[index].dropFirst(2)) : lines[index])
                command.append(line)
                state.feed(line)
                index += 1
            }
            commands.append(RunnableCommand(text: command.joined(separator: "\n"), line: line + 1 + first))
        }
        return commands
    }

    private func allCommands(_ lines: [String]) -> [RunnableCommand] {
        var commands: [RunnableCommand] = []
        var index = 0
        while index < lines.count {
            let trimmed = lines[index].drop { $0 == " " || $0 == "\t" }
            guard !trimmed.isEmpty, !trimmed.hasPrefix("#") else {
                index += 1
                continue
            }
            let first = index
            var state = ShellContinuation()
            var command: [String] = []
            repeat {
                let line = Highlight.removed(from: lines[index])
                command.append(line)
                state.feed(line)
                index += 1
            } while state.isOpen && index < lines.count
            while command.count > 1, command.last?.isEmpty == true { command.removeLast() }
            commands.append(RunnableCommand(text: command.joined(separator: "\n"), line: line + 1 + first))
        }
        return commands
    }

    /// C, Dockerfiles and builder logs that real decks label `bash`.
    private func looksForeign(_ lines: [String]) -> Bool {
        let code = lines.lazy.map { $0.drop { $0 == " " || $0 == "\t" } }.filter { !$0.isEmpty }
        guard let first = code.first else { return true }
        if first.hasPrefix("#include") || first.hasPrefix("#define") || first.hasPrefix("int main") { return true }
        if first.hasPrefix("Step ") || first.hasPrefix("Sending build context") || first.hasPrefix("[+] Building") {
            return true
        }
        if code.contains(where: { $0.hasPrefix("---> ") }) { return true }
        // A prompt of another machine: what follows is typed there, not here.
        if first.contains("# "), first.contains("@"), first.contains(":/") { return true }
        let words = code.lazy.filter { !$0.hasPrefix("#") }.map { $0.prefix { $0 != " " } }
        guard let word = words.first else { return true }
        return DockerfileSketch.instructions.contains(String(word))
    }
}
