import Diagnostics
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

extension LessonLibrary {
    /// The folders of all lessons, by name; the first search path that has a name wins.
    package func folders() -> [(name: String, path: FilePath)] {
        var found: [String: FilePath] = [:]
        for path in searchPaths {
            for name in (try? LocalFiles.names(in: path)) ?? [] where found[name.string] == nil {
                let folder = path.appending(name)
                guard
                    LocalFiles.kind(folder.appending(Lesson.manifestName), following: true) == .file
                        || LocalFiles.kind(folder.appending("slides.md"), following: true) == .file
                else { continue }
                found[name.string] = folder
            }
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Loads a lesson by name, or by the path of a deck or a lesson folder. A name wins over a path unless the path
    /// has a slash or the ending `.md`.
    package func load(_ nameOrPath: String, currentFolder: FilePath) throws(LessonError) -> Lesson {
        let folders = folders()
        let isPath = nameOrPath.contains("/") || nameOrPath.hasSuffix(".md") || nameOrPath.hasPrefix(".")
        if !isPath, let match = folders.first(where: { $0.name == nameOrPath }) {
            return try Lesson(loading: match.path)
        }
        let path = currentFolder.pushing(FilePath(nameOrPath))
        if !nameOrPath.isEmpty, LocalFiles.kind(path, following: true) != nil { return try Lesson(loading: path) }
        let near = Suggestion.nearest(to: nameOrPath, among: folders.map(\.name))
        throw LessonError(
            id: "lesson-not-found", message: "there is no lesson `\(nameOrPath)`",
            hint: near.map { "did you mean `\($0)`?" }
                ?? (folders.isEmpty
                    ? "no lessons found; give the path of a deck, or set LESSON_PATH"
                    : "the lessons here are \(folders.map(\.name).joined(separator: ", "))"))
    }
}
