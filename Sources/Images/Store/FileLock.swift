import Glibc
import Linux
import SystemPackage

/// A lock on a file by flock(2): it goes with the process that holds it, however that ends.
enum FileLock {
    static func open(_ path: FilePath) throws(ImageError) -> Int32 {
        let descriptor = Glibc.open(path.string, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system("cannot open \(path)") }
        return descriptor
    }

    /// Takes the lock if nobody has it. The file of a lock is removed by its holder, so a lock counts only on the
    /// file that still has the name.
    static func tryExclusive(_ path: FilePath) throws(ImageError) -> OwnedDescriptor? { try take(LOCK_EX, path) }

    /// Takes the lock unless somebody has it alone: others may share it.
    static func tryShared(_ path: FilePath) throws(ImageError) -> OwnedDescriptor? { try take(LOCK_SH, path) }

    private static func take(_ operation: Int32, _ path: FilePath) throws(ImageError) -> OwnedDescriptor? {
        while true {
            let file = OwnedDescriptor(try open(path))
            guard flock(file.rawValue, operation | LOCK_NB) == 0 else {
                guard errno == EWOULDBLOCK || errno == EINTR else { throw .system("cannot lock \(path)") }
                return nil
            }
            var held = stat()
            var named = stat()
            if fstat(file.rawValue, &held) == 0, lstat(path.string, &named) == 0, held.st_ino == named.st_ino {
                return file
            }
        }
    }

    /// Gives back a lock and removes its file.
    static func release(_ lock: OwnedDescriptor, _ path: FilePath) {
        // While the lock is held, so that nobody takes it on a file without a name.
        unlink(path.string)
        flock(lock.rawValue, LOCK_UN)
    }
}
