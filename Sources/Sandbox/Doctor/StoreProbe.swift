import Glibc
import Linux
import SystemPackage

/// Tries the place that layers are kept in: that it can be written, and has room.
enum StoreProbe {
    /// Less than this, and the next step may not fit.
    private static let little: Int64 = 2 << 30
    /// Less than this, and no base image fits.
    private static let nothing: Int64 = 256 << 20

    static func run(_ store: FilePath, _ context: EngineContext) -> (Capability, TrialContainer?) {
        let title = "a place for images and layers"
        func result(_ level: Capability.Level, _ detail: String, _ remedy: String?) -> Capability {
            Capability(id: "store", title: title, level: level, detail: detail, remedy: remedy)
        }
        let move = "set LESSON_HOME to a directory on a disk with room that you may write to"
        do throws(LinuxError) {
            try make(store)
            let trial = try TrialContainer(context: context, store: store)
            guard let room = DiskRoom(at: store) else { throw LinuxError("examine the file system", store, .ioError) }
            do throws(LinuxError) {
                try trial.fill()
            } catch {
                trial.remove()
                return (result(.missing, "\(store): \(error)", move), nil)
            }
            let detail = "\(store) can be written, with \(room.bytes >> 20) MiB free"
            let advice = "free some space (`lesson docker system prune`), or \(move)"
            if room.bytes < nothing || room.files.map({ $0 < 2000 }) ?? false {
                return (result(.missing, "\(detail): no base image fits", advice), trial)
            }
            return (result(room.bytes < little ? .degraded : .ok, detail, room.bytes < little ? advice : nil), trial)
        } catch {
            let hint = error.errno == .noSpace ? "free some space (`lesson docker system prune`), or \(move)" : move
            return (result(.missing, "\(store): \(error)", hint), nil)
        }
    }

    private static func make(_ path: FilePath) throws(LinuxError) {
        if mkdir(path.string, 0o700) == 0 || errno == EEXIST { return }
        let error = Errno(rawValue: errno)
        guard error == .noSuchFileOrDirectory, path.components.count > 1 else {
            throw LinuxError("make the directory", path, error)
        }
        try make(path.removingLastComponent())
        guard mkdir(path.string, 0o700) == 0 || errno == EEXIST else {
            throw LinuxError("make the directory", path, Errno(rawValue: errno))
        }
    }
}
