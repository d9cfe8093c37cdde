import Glibc
import Linux
import SystemPackage

/// A lock that many hold for a moment at a time, or one alone. Its file stays.
struct SharedLock {
    private let path: FilePath
    private let file: OwnedDescriptor

    init(_ path: FilePath) throws(ImageError) {
        self.path = path
        file = OwnedDescriptor(try FileLock.open(path))
    }

    /// Waits for it.
    ///
    /// - Parameter operation: `LOCK_SH` or `LOCK_EX`.
    func take(_ operation: Int32) throws(ImageError) {
        while flock(file.rawValue, operation) != 0 {
            guard errno == EINTR else { throw .system("cannot lock \(path)") }
        }
    }

    func release() { flock(file.rawValue, LOCK_UN) }
}
