import Diagnostics
package import SystemPackage

extension StarterFile {
    /// Bounds on what an author's folder of files may hold.
    enum Limit {
        static let files = 1000
        static let bytes = 64 << 20
    }

    /// All regular files below `folder`, sorted by path. Links and special files are left out: a starter holds files.
    package static func files(in folder: FilePath) throws(LocalFiles.Failure) -> [StarterFile] {
        var files: [StarterFile] = []
        var left = Limit.bytes
        var pending: [FilePath] = [FilePath()]
        while let relative = pending.popLast() {
            for name in try LocalFiles.names(in: folder.pushing(relative)) {
                let inner = relative.appending(name)
                let path = folder.pushing(inner)
                switch LocalFiles.kind(path) {
                case .folder: pending.append(inner)
                case .file:
                    let (bytes, mode) = try LocalFiles.read(path, limit: left)
                    left -= bytes.count
                    guard files.count < Limit.files else {
                        throw LocalFiles.Failure(path: folder, errno: .fileTooLarge)
                    }
                    files.append(StarterFile(path: inner.string, contents: bytes, mode: mode & 0o777 | 0o600))
                default: break
                }
            }
        }
        return files.sorted { $0.path < $1.path }
    }
}

/// Whether a path names something below the folder it is relative to: no root, no `..`, not empty.
func isInside(_ path: String) -> Bool {
    let path = FilePath(path)
    return path.isRelative && !path.isEmpty && path.components.allSatisfy { $0.kind == .regular }
}

extension Exercise {
    /// The files of the model solution; nil when there is none.
    package func solutionFiles() throws(LocalFiles.Failure) -> [StarterFile]? {
        switch solution {
        case nil: nil
        case .files(let files): files
        case .folder(let folder): try StarterFile.files(in: folder)
        }
    }
}
