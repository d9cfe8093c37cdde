import Linux
import SystemPackage

/// Files that a person asked for by name.
enum OutputFile {
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
