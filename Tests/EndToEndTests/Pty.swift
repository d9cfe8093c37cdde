import Foundation
import Glibc

/// A program on a terminal of its own, as a person would run it.
struct Pty {
    /// What a run came to: everything the terminal was sent, and the exit status.
    struct Outcome {
        var output: String
        var status: Int32
        /// The terminal's settings are what they were before.
        var isTerminalRestored = true
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

    /// Something that happens when the output since the last of them holds a text.
    enum Act {
        case type(_ keys: String)
        case resize(columns: UInt16, lines: UInt16)
        case signal(Int32)
    }

    var directory: URL
    var environment: [String: String]
    /// One after the other.
    var acts: [(after: String, act: Act)] = []
    var size = (columns: UInt16(100), lines: UInt16(40))

    /// Runs a program to its end.
    /// - Parameters:
    ///   - input: typed once the program has started.
    ///   - interruptAfter: Ctrl-C is typed when the output holds this text.
    func run(
        _ executable: String, _ arguments: [String], input: String = "", interruptAfter: String? = nil,
        deadline: Duration = .seconds(600)
    ) throws -> Outcome {
        var (controller, terminal): (Int32, Int32) = (-1, -1)
        var size = winsize(ws_row: self.size.lines, ws_col: self.size.columns, ws_xpixel: 0, ws_ypixel: 0)
        guard openpty(&controller, &terminal, nil, nil, &size) == 0 else {
            throw Failure.noTerminal(String(cString: strerror(errno)))
        }
        defer { close(controller) }
        var before = termios()
        tcgetattr(controller, &before)
        // Held open too, so that the settings can be asked for when the program has ended.
        defer { close(terminal) }
        _ = fcntl(controller, F_SETFD, FD_CLOEXEC)
        _ = fcntl(terminal, F_SETFD, FD_CLOEXEC)

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
        guard failure == 0 else { throw Failure.noTerminal(String(cString: strerror(failure))) }
        if !input.isEmpty { _ = input.withCString { write(controller, $0, strlen($0)) } }
        var outcome = try collect(controller, pid, interruptAfter, ContinuousClock.now + deadline)
        var after = termios()
        tcgetattr(controller, &after)
        outcome.isTerminalRestored =
            before.c_lflag == after.c_lflag && before.c_iflag == after.c_iflag
            && before.c_oflag == after.c_oflag
        return outcome
    }

    private func collect(
        _ controller: Int32, _ pid: pid_t, _ interruptAfter: String?, _ end: ContinuousClock.Instant
    ) throws -> Outcome {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        var interruptAfter = interruptAfter
        var acts = acts[...]
        var seen = 0
        var status: Int32 = 0
        var hasEnded = false
        while true {
            var wait = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
            if poll(&wait, 1, 100) > 0 {
                let count = read(controller, &buffer, buffer.count)
                guard count > 0 else { break }
                bytes += buffer[..<count]
            } else if hasEnded {
                break
            }
            // We hold the terminal open ourselves: its end is the program's, and what is still to be read.
            if !hasEnded { hasEnded = waitpid(pid, &status, WNOHANG) == pid }
            while let next = acts.first, String(decoding: bytes[seen...], as: UTF8.self).contains(next.after) {
                acts.removeFirst()
                seen = bytes.count
                switch next.act {
                case .type(let keys): _ = keys.withCString { write(controller, $0, strlen($0)) }
                case .resize(let columns, let lines):
                    var size = winsize(ws_row: lines, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
                    _ = ioctl(controller, UInt(TIOCSWINSZ), &size)
                case .signal(let number): kill(pid, number)
                }
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
        if !hasEnded { waitpid(pid, &status, 0) }
        let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
        return Outcome(output: String(decoding: bytes, as: UTF8.self), status: code)
    }
}
