package import SystemPackage

/// Programs of the host: how to start them, and how they ended.
package enum ChildProcess {
    /// What to start.
    package struct Command: Sendable {
        /// A path, or a name looked up on `PATH`.
        package var executable: String
        /// With the name as the first.
        package var arguments: [String]
        /// `NAME=value`; nothing else is inherited.
        package var environment: [String]
        package var workingDirectory: FilePath?
        /// The child's descriptors by number; 0, 1 and 2 that are not named are `/dev/null`. All others are closed.
        package var descriptors: [Int32: OwnedDescriptor] = [:]
        /// A session of its own, away from our terminal.
        package var newSession = false
        /// A process group of its own, so that cancelling can end all of it.
        package var newGroup = true
        /// Joined before the program starts.
        package var controlGroup: ControlGroup?
        /// The child's descriptor that becomes its controlling terminal; needs `newSession`.
        package var controllingTerminal: Int32?

        package init(
            _ executable: String, _ arguments: [String] = [], environment: [String] = [],
            workingDirectory: FilePath? = nil
        ) {
            self.executable = executable
            self.arguments = [executable] + arguments
            self.environment = environment
            self.workingDirectory = workingDirectory
        }

        /// The environment that host tools need: `PATH`, `HOME`, locale and proxies of ours.
        package static var hostEnvironment: [String] { HostEnvironment.passed }
    }

    /// How a process ended.
    package enum Ending: Hashable, Sendable {
        case exited(Int32)
        case signalled(Int32)
        /// We ended it: it ran longer than allowed.
        case timedOut
        /// We ended it: it wrote more than allowed.
        case tooMuchOutput

        /// It exited with 0.
        package var isSuccess: Bool { self == .exited(0) }
    }

    /// Everything about a process that is over.
    package struct Completion: Sendable {
        package var ending: Ending
        package var standardOutput: [UInt8]
        package var standardError: [UInt8]
        package var wall: Duration
    }

    /// Which of a child's two outputs.
    package enum Stream: Hashable, Sendable {
        case standardOutput, standardError
    }
}
