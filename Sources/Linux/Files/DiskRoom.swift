import Glibc
package import SystemPackage

/// What is left on the file system that a folder is on.
package struct DiskRoom: Hashable, Sendable {
    /// Where the file system is mounted.
    package var mountPoint: FilePath
    /// Bytes of the whole file system.
    package var size: Int64
    /// Bytes that this process may still write.
    package var bytes: Int64
    /// Files that may still be made; nil where the file system has no fixed number.
    package var files: Int64?

    /// Looks at the file system of a path, or of the nearest folder above that is there.
    package init?(at path: FilePath) {
        var place = path
        var status = statvfs()
        while statvfs(place.string, &status) != 0 {
            guard !place.components.isEmpty else { return nil }
            place.removeLastComponent()
        }
        size = Int64(clamping: UInt64(status.f_blocks) &* UInt64(status.f_frsize))
        bytes = Int64(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
        files = status.f_files == 0 ? nil : Int64(clamping: status.f_favail)
        mountPoint = Self.mountPoint(of: place)
    }

    private static func mountPoint(of path: FilePath) -> FilePath {
        var place = path
        var (here, above) = (stat(), stat())
        guard stat(place.string, &here) == 0 else { return path }
        while !place.components.isEmpty {
            let parent = place.removingLastComponent()
            guard stat(parent.string, &above) == 0, above.st_dev == here.st_dev else { return place }
            place = parent
        }
        return place
    }

    /// So little that programs which write in small pieces give up.
    package var isFull: Bool { bytes < 8 << 20 || files.map { $0 < 64 } ?? false }

    /// What to do when something found no room and this is where.
    package var advice: String {
        guard isFull else { return "free some space where it is written" }
        let left = files.map { $0 < 64 } ?? false ? "no room for more files" : "\(bytes >> 10) KiB left"
        return "the file system on \(mountPoint) has \(left): remove files there, or what no image needs with "
            + "`lesson docker system prune`"
    }
}
