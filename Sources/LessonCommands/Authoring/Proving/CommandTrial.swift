import ArgumentParser
import Glibc
import Lessons
import SystemPackage

/// Runs `docker` commands in a folder, within this process, and keeps what they print.
///
/// The current folder and the three standard streams are the process's: one trial at a time, and nobody else may print
/// while it runs.
struct CommandTrial {
    /// Where the commands are run.
    let folder: FilePath
    /// The file that gets what they print.
    let log: FilePath
    /// The most that a command may take.
    let limit: Duration

    enum Outcome: Sendable {
        case worked
        /// The status as a shell counts it, and the last lines that were printed.
        case failed(status: Int32, lastLines: [String])
        /// It could not be understood or begun; why.
        case refused(String)
        /// It was still running.
        case endless
        /// It needs somebody at a terminal.
        case interactive
    }

    /// Runs one command.
    func run(_ words: [String]) async throws -> Outcome {
        let command: any DockerCommand
        do {
            guard let parsed = try Lesson.parseAsRoot(words) as? any DockerCommand else {
                return .refused("this engine does not have it")
            }
            if var run = parsed as? RunContainerCommand {
                // A trial leaves nothing that a slide does not ask for by name, and may be made again.
                run.options.rm = run.options.rm || run.options.name == nil
                run.options.replace = true
                command = run
            } else {
                command = parsed
            }
        } catch {
            return .refused(Lesson.message(for: error))
        }
        if let run = command as? RunContainerCommand, run.options.tty || run.options.interactive {
            return .interactive
        }
        let streams = try StandardStreams(redirectedTo: log, in: folder)
        let outcome: Outcome
        do {
            defer { streams.restore() }
            outcome = try await within(command)
        }
        guard case .failed(let status, let words) = outcome, words.isEmpty else { return outcome }
        return .failed(status: status, lastLines: Self.lastLines(of: log))
    }

    private func within(_ command: any DockerCommand) async throws -> Outcome {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            group.addTask {
                do {
                    var command = command
                    try await command.execute(command.makeConsole())
                    return .worked
                } catch let exit as CommandExit {
                    return exit.status == 0 ? .worked : .failed(status: exit.status, lastLines: [])
                } catch {
                    if Task.isCancelled { throw CancellationError() }
                    let wording = ErrorWording(error, docker: .failed)
                    return .failed(status: wording.status, lastLines: [wording.message])
                }
            }
            group.addTask {
                try await Task.sleep(for: limit)
                return .endless
            }
            defer { group.cancelAll() }
            return try await group.next() ?? .worked
        }
    }

    /// The last lines of a log; the whole of it may be long.
    private static func lastLines(of log: FilePath) -> [String] {
        guard let bytes = try? LocalFiles.read(log, limit: 16 << 20).bytes else { return [] }
        return bytes.suffix(8 << 10).split(separator: UInt8(ascii: "\n")).suffix(5)
            .map { String(decoding: $0, as: UTF8.self) }
    }
}

/// This process's standard streams and current folder, put back as they were.
private struct StandardStreams {
    private let saved: [CInt]
    private let folder: CInt

    /// Input from nowhere, both outputs into a file, the current folder changed.
    init(redirectedTo log: FilePath, in place: FilePath) throws {
        fflush(nil)
        folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        saved = (0...2).map { fcntl($0, F_DUPFD_CLOEXEC, 3) }
        let input = open("/dev/null", O_RDONLY | O_CLOEXEC)
        let output = log.withPlatformString { open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_t(0o600)) }
        defer {
            close(input)
            close(output)
        }
        guard folder >= 0, input >= 0, output >= 0, place.withPlatformString({ chdir($0) }) == 0 else {
            let failure = Errno(rawValue: errno)
            restore()
            throw CommandError("unwritable", "\(place): \(failure.description.lowercased())")
        }
        dup2(input, 0)
        dup2(output, 1)
        dup2(output, 2)
    }

    func restore() {
        fflush(nil)
        for (descriptor, copy) in saved.enumerated() where copy >= 0 {
            dup2(copy, CInt(descriptor))
            close(copy)
        }
        guard folder >= 0 else { return }
        _ = fchdir(folder)
        close(folder)
    }
}
