import Lessons
import SystemPackage

/// Random bytes of this installation, which no submission can know: the program that replaces a learner's sources prints
/// what is made of them. They stay the same, so that a check again finds its builds in the cache.
enum InstallationSecret {
    private static let size = 32

    /// Reads the secret, making it the first time.
    /// - Parameter home: `LESSON_HOME`; a container never sees it.
    static func read(in home: FilePath) throws -> [UInt8] {
        let path = home.appending("secret")
        if let found = existing(path) { return found }
        // The system's generator (getrandom(2)), fit for secrets.
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
        do throws(LocalFiles.Failure) {
            try LocalFiles.makeFolders(home)
            // Of two that make it at once, the first wins.
            if try LocalFiles.create(path, with: bytes, mode: 0o600) { return bytes }
        } catch {
            throw CommandError("unwritable", error.message, hint: "LESSON_HOME says where images and caches are kept")
        }
        guard let found = existing(path) else {
            throw CommandError("secret", "\(path) is damaged", hint: "remove it")
        }
        return found
    }

    private static func existing(_ path: FilePath) -> [UInt8]? {
        guard let bytes = try? LocalFiles.read(path, limit: 1024).bytes, bytes.count >= size else { return nil }
        return bytes
    }
}
