import ArgumentParser

struct CompletionCommand: LessonCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print a script that completes `lesson` in a shell.",
        discussion: """
            bash: lesson completion bash > ~/.local/share/bash-completion/completions/lesson
            zsh:  lesson completion zsh > a file _lesson in a folder of $fpath
            fish: lesson completion fish > ~/.config/fish/completions/lesson.fish
            """)

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash
        case zsh
        case fish

        var ofParser: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func makeConsole() -> Console { Console(out: .plain, err: .plain, isJSON: false) }

    func execute(_ console: Console) async throws {
        // Not through the console: the script is ours, and its tabs are to stay.
        Streams.output.write(Lesson.completionScript(for: shell.ofParser) + "\n")
    }
}
