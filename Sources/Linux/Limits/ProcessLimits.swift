import Glibc

/// Limits of this process, which those it starts cannot exceed.
package enum ProcessLimits {
    /// The most descriptors a process may ever open.
    package static var openFiles: Int64 {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int64(clamping: limit.rlim_max)
    }
}
