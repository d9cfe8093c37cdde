import Linux
import SystemPackage

/// The directory that was used last, kept open: files of one directory follow each other.
struct OpenDirectory {
    private let root: RootedDirectory
    /// Where the match itself is.
    private let top: FilePath
    private var last: (path: FilePath, directory: RootedDirectory)?

    init(root: RootedDirectory, top: FilePath) {
        self.root = root
        self.top = top
    }

    /// The directory that holds an entry, and the entry's name in it.
    mutating func place(_ entry: CopyEntry) throws(LinuxError) -> (RootedDirectory, FilePath) {
        if entry.path.isEmpty {
            guard let name = top.lastComponent else { return (root, top) }
            let above = try root.subdirectory(top.removingLastComponent(), followingLast: false)
            return (above, FilePath(root: nil, [name]))
        }
        if let last, last.path == entry.parent { return (last.directory, entry.name) }
        let path = entry.parent.isEmpty ? top : top.pushing(entry.parent)
        let directory = try root.subdirectory(path, followingLast: false)
        last = (entry.parent, directory)
        return (directory, entry.name)
    }
}
