import Glibc
import Linux
import SystemPackage

/// Files that a person asked for by name.
enum OutputFile {
    /// Opens a file to be written from its beginning.
    static func create(_ path: FilePath) throws(CommandError) -> OwnedDescriptor {
        let descriptor = path.withPlatformString {
            open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0o644)
        }
        guard descriptor >= 0 else {
            throw CommandError("unwritable", Errno(rawValue: errno).description.lowercased(), file: path.string)
        }
        return OwnedDescriptor(descriptor)
    }

    /// Writes a whole file anew.
    static func write(_ bytes: [UInt8], to path: FilePath) throws(CommandError) {
        guard let name = path.lastComponent else {
            throw CommandError("unwritable", "no name to write to", file: path.string)
        }
        do {
            let above = path.removingLastComponent()
            let directory = try RootedDirectory(at: above.isEmpty ? FilePath(".") : above)
            try directory.writeFile(FilePath(root: nil, [name]), bytes)
        } catch {
            throw CommandError("unwritable", error.errno.description.lowercased(), file: path.string)
        }
    }
}
