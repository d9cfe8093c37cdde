import CLinux
import Glibc
package import SystemPackage

extension RootedDirectory {
    /// What everything in this directory looks like from outside, in a line: names, kinds, modes, sizes, times of
    /// modification and of change (`ctime`, which no program can set). Reads no content.
    ///
    /// Two trees of the same summary are, for all that can happen by accident, the same tree untouched: whoever changes a
    /// file, and even puts its old time back, changes its `ctime`. A copy has another summary than its original.
    /// - Parameter helpers: How many threads may read beside this one; nil: one for each other processor.
    package func summary(helpers: Int? = nil) throws(LinuxError) -> String {
        var summary = lesson_tree_summary()
        let helpers = UInt32(max(0, helpers ?? Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) - 1))
        try check(lesson_summarize_tree(descriptor.rawValue, helpers, &summary), "examine a directory tree")
        return "1 \(summary.entries) \(String(summary.first, radix: 16)) \(String(summary.second, radix: 16))"
    }

    /// The first of some files that was changed after a point in time, by its `ctime`, or is not there; the paths are
    /// relative. Throws where this process lacks what it takes to look.
    package func firstChanged(
        after seconds: Int64, of paths: some Sequence<FilePath>
    ) throws(LinuxError) -> FilePath? {
        for path in paths {
            var status = stat()
            do throws(LinuxError) {
                let place = try parent(of: path, "examine")
                try checkErrno("examine", path) {
                    place.name.withPlatformString { fstatat(place.fd, $0, &status, AT_SYMLINK_NOFOLLOW) }
                }
            } catch {
                if error.isLack { throw error }
                return path
            }
            if Int64(status.st_ctim.tv_sec) > seconds { return path }
        }
        return nil
    }
}
