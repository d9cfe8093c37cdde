import Glibc
import Linux
import SystemPackage

/// Which file something is, whatever name it has later.
struct FileIdentity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64

    /// The file at a path; nil when there is none.
    init?(_ path: FilePath) {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { return nil }
        (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
    }
}

/// Word of a process that met damage in the database, for the next one to open it, which sets it aside. It names the file
/// that it is about: who has an old database open says nothing about the new one.
struct DamageMark {
    let path: FilePath
    let database: FilePath

    /// Whether it is about the database that is there.
    var isSet: Bool {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { return false }
        guard let file = FileIdentity(database), let text = read() else { return true }
        return text.isEmpty || text == Self.text(file)
    }

    /// Leaves word about a database, if it is still the one.
    func set(for file: FileIdentity?) throws(ImageError) {
        guard let file, FileIdentity(database) == file else { return }
        let descriptor = OwnedDescriptor(try FileLock.open(path))
        let bytes = Array(Self.text(file).utf8)
        // One that came to be empty is about whatever is there.
        _ = ftruncate(descriptor.rawValue, 0)
        _ = pwrite(descriptor.rawValue, bytes, bytes.count, 0)
        withExtendedLifetime(descriptor) {}
    }

    func remove() { unlink(path.string) }

    private static func text(_ file: FileIdentity) -> String { "\(file.device) \(file.inode)" }

    private func read() -> String? {
        guard let parent = try? RootedDirectory(at: path.removingLastComponent()), let name = path.lastComponent,
            let bytes = try? parent.readFile(FilePath(root: nil, [name]), limit: 100)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
