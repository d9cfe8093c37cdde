import Glibc
import Lessons
import SystemPackage

/// The person's own shell in a workspace, where `docker` and `lesson` are this program.
struct WorkspaceShell {
    private let folder: FilePath
    private let environment: [String]

    /// Puts the two small scripts in place.
    init(_ workspace: Workspace) throws {
        guard let executable = ProgramPath.executable else {
            throw CommandError("no-executable", "the path of this program is not known", hint: "is /proc mounted?")
        }
        folder = workspace.root
        let scripts = workspace.root.appending(Workspace.stateFolderName).appending("bin")
        let quoted = ShellWord.quoted(executable.string)
        do throws(LocalFiles.Failure) {
            try LocalFiles.makeFolders(scripts)
            try LocalFiles.replace(
                scripts.appending("docker"), with: Array("#!/bin/sh\nexec \(quoted) docker \"$@\"\n".utf8), mode: 0o755)
            try LocalFiles.replace(
                scripts.appending("lesson"), with: Array("#!/bin/sh\nexec \(quoted) \"$@\"\n".utf8), mode: 0o755)
        } catch {
            throw CommandError("unwritable", error.message, hint: "is the folder writable?")
        }
        environment = Self.environment(path: scripts.string)
    }

    /// Runs one command and waits. It shares our terminal, so Ctrl-C reaches it too.
    /// - Returns: its status as a shell counts it.
    func run(_ command: String) throws -> Int32 {
        try spawn(["/bin/sh", "-c", command])
    }

    /// Becomes an interactive shell. Returns only when there is none to be had.
    func interact() throws {
        let command = thither([ProgramPath.environment("SHELL") ?? "/bin/sh"])
        let argv = command.map { strdup($0) } + [nil]
        let envp = environment.map { strdup($0) } + [nil]
        execve(command[0], argv, envp)
        let failure = Errno(rawValue: errno)
        (argv + envp).forEach { free($0) }
        throw CommandError("cannot-start", "\(command[0]): \(failure.description.lowercased())")
    }

    /// The command, in the workspace: spawning into a folder is not in this C library's standard part.
    private func thither(_ arguments: [String]) -> [String] {
        ["/bin/sh", "-c", "cd -- \"$0\" && exec \"$@\"", folder.string] + arguments
    }

    private func spawn(_ arguments: [String]) throws -> Int32 {
        let there = thither(arguments)
        let argv = there.map { strdup($0) } + [nil]
        let envp = environment.map { strdup($0) } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, there[0], nil, nil, argv, envp)
        guard failure == 0 else {
            throw CommandError(
                "cannot-start", "\(there[0]): \(Errno(rawValue: failure).description.lowercased())",
                hint: "a shell is needed at /bin/sh")
        }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { return 1 }
        }
        // Macros of <sys/wait.h>: the low seven bits are the signal, the next byte the status.
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }

    private static func environment(path: String) -> [String] {
        var variables: [String] = []
        var pointer = environ
        while let entry = pointer.pointee {
            let text = String(cString: entry)
            if !text.hasPrefix("PATH=") { variables.append(text) }
            pointer += 1
        }
        let before = ProgramPath.environment("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
        return variables + ["PATH=\(path):\(before)"]
    }
}
