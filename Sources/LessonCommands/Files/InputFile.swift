import Lessons
import SystemPackage

/// Files that a person names on the command line.
enum InputFile {
    /// The largest text file that is read.
    static let limit = 512 << 20

    /// Reads a regular file; says what is wrong in the person's words.
    static func read(_ path: String, limit: Int = limit) throws(CommandError) -> [UInt8] {
        do throws(LocalFiles.Failure) {
            return try LocalFiles.read(FilePath(path), limit: limit).bytes
        } catch {
            throw CommandError(
                "unreadable", error.errno.description.lowercased(),
                hint: error.errno == .isDirectory ? "name the deck inside the folder" : nil, file: path)
        }
    }
}
