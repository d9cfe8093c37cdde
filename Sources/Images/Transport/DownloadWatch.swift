import Linux
import SystemPackage

/// Looks after a folder that another program downloads into: a server may send without end.
struct DownloadWatch: Sendable {
    let folder: FilePath
    /// The most bytes that the folder may take.
    let limit: Int64

    /// - Parameter most: the limit on a disk with much room. On a small one it is half of what is free, for what was
    ///   downloaded has to be unpacked beside it.
    init(_ folder: FilePath, most: Int64) {
        self.folder = folder
        limit = min(most, DiskRoom(at: folder).map { $0.bytes / 2 } ?? most)
    }

    /// Returns once the folder has grown above its limit, or the task is cancelled.
    func excess() async {
        while !Task.isCancelled {
            // Until the program has made it there is none.
            let taken = try? RootedDirectory(at: folder).usage(fileLimit: 100_000).bytes
            if let taken, taken > limit { return }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }
}
