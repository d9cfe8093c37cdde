import Foundation
import SystemPackage

/// A folder that is gone when the test is.
final class TemporaryFolder {
    let path: FilePath

    init() throws {
        var template = Array("\(FileManager.default.temporaryDirectory.path)/grading-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = FilePath(platformString: template)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path.string)
    }

    @discardableResult
    func write(_ text: String, to name: String) throws -> FilePath {
        let file = path.pushing(FilePath(name))
        try FileManager.default.createDirectory(
            atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: file.string))
        return file
    }
}
