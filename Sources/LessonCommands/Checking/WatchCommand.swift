import ArgumentParser
import Glibc
import Lessons
import SystemPackage
import TerminalUI

struct WatchCommand: LessonCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Check again on each save.",
        discussion: """
            Files are looked at twice a second, which also works on network and shared folders. \
            Enter checks at once, Ctrl-C ends.
            """)

    @Argument(help: "The exercise; the current one by default.")
    var id: String?

    @OptionGroup var display: DisplayOptions

    func makeConsole() -> Console { display.console(isJSON: false) }

    func execute(_ console: Console) async throws {
        let session = try LearnerSession.open()
        let exercise = try session.exercise(id)
        let shell = try WorkspaceShell(session.workspace)
        let folder = session.workspace.folder(of: exercise)
        var checked: FolderState?
        while true {
            let now = FolderState(of: folder)
            // A save is over when two looks see the same: editors write in several steps.
            if now != checked {
                try await Task.sleep(for: .milliseconds(200))
                guard FolderState(of: folder) == now else { continue }
                _ = try shell.run("lesson check \(ShellWord.quoted(exercise.id))")
                try Task.checkCancellation()
                checked = now
                console.note([
                    StyledLine(),
                    StyledLine("watching \(folder): save to check again, Enter to check now, Ctrl-C to end", .muted),
                ])
            }
            if try await Self.waitForEnter() { checked = nil }
        }
    }

    /// Half a second, or less when somebody presses Enter.
    private static func waitForEnter() async throws -> Bool {
        try await Task.sleep(for: .milliseconds(500))
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard isatty(STDIN_FILENO) == 1, poll(&input, 1, 0) == 1 else { return false }
        return readLine() != nil
    }
}

/// What a folder's files look like from outside: enough to see that one was saved.
struct FolderState: Equatable {
    private var files: [String: [Int]] = [:]

    init(of folder: FilePath) {
        var pending = [folder]
        while let next = pending.popLast(), files.count < 10_000 {
            for name in (try? LocalFiles.names(in: next)) ?? [] where name.string != Workspace.stateFolderName {
                let path = next.appending(name)
                var status = stat()
                guard path.withPlatformString({ lstat($0, &status) }) == 0 else { continue }
                if status.st_mode & S_IFMT == S_IFDIR { pending.append(path) }
                files[path.string] = [
                    Int(status.st_size), Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec), Int(status.st_ino),
                ]
            }
        }
    }
}
