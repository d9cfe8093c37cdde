import Linux
import SystemPackage

/// Sets the times of a layer that are later than `SOURCE_DATE_EPOCH` to it: two builds, one digest.
enum TimeClamp {
    static func apply(to layer: FilePath, notAfter epoch: Int64) throws(LinuxError) {
        let root = try RootedDirectory(at: layer)
        var waiting = [FilePath("/")]
        while let path = waiting.popLast() {
            for entry in try root.entries(path) {
                let child = path.appending(entry.name)
                try clamp(child, in: root, epoch)
                if entry.kind == .directory { waiting.append(child) }
            }
        }
        try clamp(FilePath("/"), in: root, epoch)
    }

    private static func clamp(_ path: FilePath, in root: RootedDirectory, _ epoch: Int64) throws(LinuxError) {
        let status = try root.status(path, followingLast: false)
        if status.modifiedSeconds > epoch || status.modifiedSeconds == epoch && status.modifiedNanoseconds > 0 {
            try root.setTimes(path, seconds: epoch, nanoseconds: 0)
        }
    }
}
