import Foundation
import Glibc

/// A program on a terminal of its own, as a person would run it.
struct Pty {
    /// What a run came to: everything the terminal was sent, and the exit status.
    struct Outcome {
        var output: String
        var status: Int32
        /// The output without escape codes and carriage returns.
        var text: String {
            output.replacing(#/\u{1B}\[[0-9;?]*[A-Za-z]/#, with: "").replacing("\r\n", with: "\n")
                .replacing("\r", with: "\n")
        }
    }

    enum Failure: Error {
        case noTerminal(String)
        case timedOut(String)
    }

    var directory: URL
    var environment: [String: String]

    /// Runs a program to its end.
    /// - Parameters:
    ///   - input: typed once the program has started.
    ///   - interruptAfter: Ctrl-C is typed when the output holds this text.
    func run(
        _ executable: String, _ arguments: [String], input: String = "", interruptAfter: String? = nil,
        deadline: Duration = .seconds(600)
    ) throws -> Outcome {
        var (controller, terminal): (Int32, Int32) = (-1, -1)
        var size = winsize(ws_row: 40, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0)
        guard openpty(&controller, &terminal, nil, nil, &size) == 0 else {
            throw Failure.noTerminal(String(cString: strerror(errno)))
        }
        defer { close(controller) }
        _ = fcntl(controller, F_SETFD, FD_CLOEXEC)

        // `setsid --ctty` makes the terminal on its standard input the session's own, as a login does.
        let words =
            ["/usr/bin/setsid", "--ctty", "--wait", "/usr/bin/env", "-C", directory.path, executable] + arguments
        let argv = words.map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_adddup2(&actions, terminal, descriptor)
        }
        posix_spawn_file_actions_addclose(&actions, terminal)
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, words[0], &actions, nil, argv, envp)
        close(terminal)
        guard failure == 0 else { throw Failure.noTerminal(String(cString: strerror(failure))) }
        if !input.isEmpty { _ = input.withCString { write(controller, $0, strlen($0)) } }
        return try collect(controller, pid, interruptAfter, ContinuousClock.now + deadline)
    }

    private func collect(
        _ controller: Int32, _ pid: pid_t, _ interruptAfter: String?, _ end: ContinuousClock.Instant
    ) throws -> Outcome {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        var interruptAfter = interruptAfter
        var status: Int32 = 0
        while true {
            var wait = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
            if poll(&wait, 1, 100) > 0 {
                let count = read(controller, &buffer, buffer.count)
                // EIO: nobody has the terminal open any more.
                guard count > 0 else { break }
                bytes += buffer[..<count]
            }
            if let text = interruptAfter, String(decoding: bytes, as: UTF8.self).contains(text) {
                interruptAfter = nil
                var key: UInt8 = 3
                _ = write(controller, &key, 1)
            }
            guard ContinuousClock.now < end else {
                kill(pid, SIGKILL)
                waitpid(pid, &status, 0)
                throw Failure.timedOut(String(decoding: bytes, as: UTF8.self))
            }
        }
        waitpid(pid, &status, 0)
        let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
        return Outcome(output: String(decoding: bytes, as: UTF8.self), status: code)
    }
}
