import Glibc
package import Linux
import SystemPackage

extension ImageError {
    /// A failure of the kernel, read from `errno`; a full disk has a code of its own.
    static func system(_ message: String, errno number: Int32 = Glibc.errno) -> ImageError {
        let reason = String(cString: strerror(number))
        guard number != ENOSPC && number != EDQUOT else { return full("\(message): \(reason.lowercased())", number) }
        return ImageError(
            .system, "\(message): \(reason.lowercased())", hint: Errno(rawValue: number).adviceOnLack, errno: number)
    }

    /// No space left where something had to be written.
    static func full(_ message: String, _ number: Int32 = ENOSPC) -> ImageError {
        ImageError(
            .diskFull, message,
            hint: "free some space, or remove what no image needs with `lesson docker system prune`", errno: number)
    }

    /// The same failure, told as what it most likely is where a file system has no room: SQLite cannot write its log
    /// or its index, and calls that an error of input or output.
    func asFull(at path: FilePath) -> ImageError {
        var status = statvfs()
        guard statvfs(path.string, &status) == 0,
            status.f_bavail == 0 || (status.f_files > 0 && status.f_favail == 0)
        else { return self }
        return .full("\(message): no space left on device")
    }
}

extension ImageError: ThreadRefusal {
    /// A failed system call as this module reports it.
    package init(_ error: LinuxError) {
        if let advice = error.advice {
            self.init(.system, "\(error)", hint: advice, errno: error.errno.rawValue)
            return
        }
        self = .system(
            "cannot \(error.operation)\(error.path.map { " \($0)" } ?? "")", errno: error.errno.rawValue)
    }
}
