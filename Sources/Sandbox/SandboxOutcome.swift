package import Linux

/// A limit that a step ran into.
package struct LimitExceeded: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case wall, cpu, memory, processes, writtenBytes, files, outputBytes, contextBytes
    }

    package var kind: Kind
    /// The limit: seconds, bytes or a count.
    package var limit: Int64

    package init(kind: Kind, limit: Int64) {
        self.kind = kind
        self.limit = limit
    }

    /// `more than 512 processes`; goes after "stopped: ".
    package var words: String {
        switch kind {
        case .wall: "more than \(limit) \(limit == 1 ? "second" : "seconds")"
        case .cpu: "more than \(limit) \(limit == 1 ? "second" : "seconds") of processor time"
        case .memory: "more than \(Self.size(limit)) of memory"
        case .processes: "more than \(limit) processes"
        case .writtenBytes: "more than \(Self.size(limit)) written"
        case .files: "more than \(limit) files"
        case .outputBytes: "more than \(Self.size(limit)) of output"
        case .contextBytes: "more than \(Self.size(limit))"
        }
    }

    private static func size(_ bytes: Int64) -> String {
        for (unit, name) in [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] as [(Int64, String)]
        where bytes >= unit {
            let tenths = bytes * 10 / unit
            return tenths % 10 == 0 ? "\(tenths / 10) \(name)" : "\(tenths / 10).\(tenths % 10) \(name)"
        }
        return "\(bytes) bytes"
    }
}

/// How a step went.
package struct SandboxOutcome: Hashable, Sendable {
    package enum Ending: Hashable, Sendable {
        case exited(Int32)
        case signalled(Int32)
        /// Ended by us, with everything it had started.
        case stopped(LimitExceeded)
    }

    package var ending: Ending
    package var wall: Duration
    package var cpu: Duration
    /// Bytes on standard output and standard error, also those above the limit that were not passed on.
    package var outputBytes: Int64

    package init(ending: Ending, wall: Duration, cpu: Duration, outputBytes: Int64) {
        self.ending = ending
        self.wall = wall
        self.cpu = cpu
        self.outputBytes = outputBytes
    }

    /// As a shell says it: the exit status, 128 + a signal, 137 where we ended it.
    package var exitCode: Int32 {
        switch ending {
        case .exited(let code): code
        case .signalled(let signal): 128 + signal
        case .stopped: 137
        }
    }
}

extension SandboxError: ThreadRefusal {
    package init(_ error: LinuxError) { self.init(.system, "\(error)", hint: error.advice) }
}

/// Why a step could not be run at all. Never the learner's fault, with the exceptions `isLearners` names.
package struct SandboxError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        case runtimeMissing = "no-runtime"
        case runtimeFailed = "runtime-failed"
        case mountFailed = "mount-failed"
        case networkUnavailable = "network-unavailable"
        case workingDirectory = "working-directory"
        case user = "user"
        case program = "program"
        case mountTarget = "mount-target"
        case cancelled = "cancelled"
        case system = "system"
    }

    package var code: Code
    /// Lower case, no full stop.
    package var message: String
    package var hint: String?
    /// What a shell or Docker would exit with: 127 for a program that is not there, 126 for one that does not start, 125 else.
    package var exitCode: Int32 = 125

    package init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    package var description: String { message }

    /// Nothing ran, as there could be no more processes just then.
    var isForWantOfProcesses: Bool {
        code == .runtimeFailed && message.lowercased().contains("resource temporarily unavailable")
    }

    /// True for what an image or a Dockerfile got wrong: a program, user or directory that is not there.
    package var isLearners: Bool {
        switch code {
        case .workingDirectory, .user, .program, .mountTarget: true
        default: false
        }
    }
}

/// Which of a step's outputs.
package enum OutputStream: String, Hashable, Sendable, Codable {
    case standardOutput = "stdout"
    case standardError = "stderr"
}
