/// What the shell is told. Scripts, graders and CI rely on these numbers.
package enum ExitStatus: Int32, Sendable, Hashable {
    /// Done, or passed.
    case done = 0
    /// An exercise, a lint or a build failed.
    case failed = 1
    /// Could not run: no sandbox here, base image missing, disk full, bad lesson.
    case couldNotRun = 2
    /// Wrong usage (`EX_USAGE`).
    case usage = 64
    /// `docker` could not do what was asked, before any program ran.
    case docker = 125
    /// Stopped by Ctrl-C, as shells count it.
    case interrupted = 130
}

/// Ends a command with a status when all has been said already: a verdict that failed, a program's own status.
package struct CommandExit: Error, Sendable, Hashable {
    /// 0 to 255.
    package let status: Int32

    /// Ends with one of ours.
    package init(_ status: ExitStatus) { self.status = status.rawValue }

    /// Ends with a program's own.
    package init(program status: Int32) { self.status = status }
}
