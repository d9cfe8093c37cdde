import Glibc
import SystemPackage

/// A file that is there as a whole or not at all: it is written beside its place and renamed when complete.
enum WholeFile {
    static func write(to path: FilePath, _ body: (CInt) async throws -> Void) async throws {
        // A device or a pipe is written to as it is.
        var status = stat()
        if stat(path.string, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            let descriptor = open(path.string, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw failure(path) }
            defer { close(descriptor) }
            return try await body(descriptor)
        }
        var template = Array("\(path.string).XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw failure(path) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let temporary = FilePath(platformString: template)
        do {
            try await body(descriptor)
            let mask = umask(0)
            _ = umask(mask)
            guard fchmod(descriptor, 0o666 & ~mask) == 0, close(descriptor) == 0,
                rename(temporary.string, path.string) == 0
            else { throw failure(path) }
        } catch {
            unlink(temporary.string)
            throw error
        }
    }

    private static func failure(_ path: FilePath) -> CommandError {
        CommandError("unwritable", Errno(rawValue: errno).description.lowercased(), file: path.string)
    }
}
