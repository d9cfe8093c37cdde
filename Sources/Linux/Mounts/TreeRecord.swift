import CLinux
import Glibc
import SystemPackage

/// What a tree was before somebody was let loose on it: enough to tell what changed.
struct TreeRecord {
    struct Entry: Hashable {
        var kind: FileKind
        var inode: UInt64
        var born: FileStatus.Stamp
        var changed: FileStatus.Stamp

        init(_ status: FileStatus) {
            kind = status.kind
            inode = status.inode
            born = status.born
            changed = status.changed
        }

        /// Whether it is the same file, changed or not; numbers of removed files are given out again.
        func isSameFile(as other: Entry) -> Bool {
            kind == other.kind && inode == other.inode && born == other.born
        }
    }

    /// By directory, relative to the top (`.`), and name.
    private(set) var directories: [FilePath: [FilePath.Component: Entry]] = [:]

    /// Reads the tree, and waits until whatever changes from now on gets another time stamp (some milliseconds where
    /// file systems use the timer's tick).
    init(of tree: RootedDirectory) throws(LinuxError) {
        var newest = try tree.status(".").changed
        var waiting = [FilePath(".")]
        while let path = waiting.popLast() {
            let directory = try tree.subdirectory(path, followingLast: false)
            var names: [FilePath.Component: Entry] = [:]
            for entry in try directory.entries() {
                let status = try directory.status(FilePath(root: nil, [entry.name]), followingLast: false)
                names[entry.name] = Entry(status)
                newest = max(newest, status.changed)
                if status.kind == .directory { waiting.append(path.appending(entry.name)) }
            }
            directories[path] = names
        }
        Self.wait(past: newest)
    }

    private static func wait(past newest: FileStatus.Stamp) {
        let end = Clock.now + 1_000_000_000
        while Clock.now < end {
            var now = FileStatus.Stamp(seconds: 0, nanoseconds: 0)
            lesson_stamp_clock(&now.seconds, &now.nanoseconds)
            if now > newest { return }
            usleep(500)
        }
    }
}
