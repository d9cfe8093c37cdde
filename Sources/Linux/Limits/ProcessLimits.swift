import CLinux
import Glibc

/// Limits of this process, which those it starts cannot exceed.
package enum ProcessLimits {
    /// The most descriptors a process may ever open.
    package static var openFiles: Int64 {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int64(clamping: limit.rlim_max)
    }

    /// The most bytes of addresses that this process may have (`ulimit -v`); nil where that is not limited.
    package static var addressSpace: Int64? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur != rlim_t.max else {
            return nil
        }
        return Int64(clamping: limit.rlim_cur)
    }

    /// Lets this process open as many files as it may at all: 1024, the usual limit, is little for a database, a tree
    /// of mounts and pipes for each of many builds. What it starts gets the limit that it got itself.
    package static func raiseOpenFiles() {
        // Without it there is less room, and an error that says so.
        _ = lesson_raise_open_files()
    }
}
