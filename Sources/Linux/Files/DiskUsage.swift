import CLinux
import Glibc
import SystemPackage

/// How much of a disk a directory tree takes.
package struct DiskUsage: Hashable, Sendable {
    /// Allocated bytes, hard links counted once.
    package var bytes: Int64 = 0
    /// Names, directories among them.
    package var files: Int = 0

    package init() {}
}

extension RootedDirectory {
    /// Measures everything below, also while somebody changes it: what vanishes is not counted.
    ///
    /// - Parameter fileLimit: stops counting above this many names, so that a tree made to be endless is not walked: a
    ///   directory too, which somebody may fill faster than it is read.
    package func usage(fileLimit: Int = .max) throws(LinuxError) -> DiskUsage {
        var usage = DiskUsage()
        var linked: Set<UInt64> = []
        // Directories yet to be walked, by descriptor of the one above as long as there are few, by path else.
        var waiting: [FilePath] = [FilePath(".")]
        while let path = waiting.popLast() {
            guard let directory = try? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK, 0, "measure"),
                let entries = try? Self.entries(of: directory, path, limit: fileLimit - usage.files)
            else { continue }
            for entry in entries where usage.files <= fileLimit {
                let name = FilePath(root: nil, [entry.name])
                var status = lesson_status()
                let failed = name.withPlatformString {
                    lesson_status_at(directory.rawValue, $0, AT_SYMLINK_NOFOLLOW, &status)
                }
                guard failed == 0 else { continue }
                usage.files += 1
                let isDirectory = FileKind(mode: status.mode) == .directory
                if isDirectory || status.link_count == 1 || linked.insert(status.inode).inserted {
                    usage.bytes += Int64(clamping: status.blocks) * 512
                }
                // A path longer than the kernel takes cannot be opened by path; what is below is counted by statfs.
                if isDirectory, path.length + name.length < 4000 { waiting.append(path.pushing(name)) }
            }
            if usage.files > fileLimit { break }
        }
        return usage
    }

    /// Free bytes and free inodes of the file system this directory is on; nil for inodes where it has no fixed number.
    package func freeSpace() throws(LinuxError) -> (bytes: Int64, files: Int64?) {
        var status = statvfs()
        try checkErrno("examine the file system") { fstatvfs(descriptor.rawValue, &status) }
        let unit = Int64(clamping: status.f_frsize == 0 ? status.f_bsize : status.f_frsize)
        return (
            Int64(clamping: status.f_bfree) * unit, status.f_files == 0 ? nil : Int64(clamping: status.f_ffree)
        )
    }

    /// Writes everything of this file system to disk.
    package func syncFileSystem() throws(LinuxError) {
        try check(lesson_sync_file_system(descriptor.rawValue), "sync the file system")
    }
}
