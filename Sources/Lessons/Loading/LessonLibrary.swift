package import SystemPackage

/// Where lessons are looked for by name.
package struct LessonLibrary: Sendable {
    /// Folders of lesson folders, the first that has a name wins.
    package var searchPaths: [FilePath]

    package init(searchPaths: [FilePath]) {
        self.searchPaths = searchPaths
    }

    /// The usual places: the entries of `LESSON_PATH`, `Lessons` in the current folder, `Lessons` beside the
    /// executable and above it (a build folder), and `../share/lesson/Lessons` (an installation).
    /// - Parameters:
    ///   - environment: the value of `LESSON_PATH`, separated by colons.
    ///   - executable: the program's own path, symbolic links resolved.
    package init(environment: String?, currentFolder: FilePath, executable: FilePath?) {
        var paths = (environment ?? "").split(separator: ":").map { currentFolder.pushing(FilePath(String($0))) }
        paths.append(currentFolder.appending("Lessons"))
        if let executable {
            var folder = executable.removingLastComponent()
            paths.append(folder.appending("Lessons"))
            paths.append(folder.removingLastComponent().appending("share").appending("lesson").appending("Lessons"))
            for _ in 0..<4 where !folder.isEmpty {
                folder = folder.removingLastComponent()
                paths.append(folder.appending("Lessons"))
            }
        }
        var seen: Set<FilePath> = []
        searchPaths = paths.filter { seen.insert($0.lexicallyNormalized()).inserted }
    }
}
