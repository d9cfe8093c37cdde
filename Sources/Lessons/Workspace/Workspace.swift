package import SystemPackage

/// A learner's folder: the files of the exercises, and `.lesson/` with how far the learner is.
package struct Workspace: Sendable, Hashable {
    /// The folder.
    package let root: FilePath

    /// The folder of what belongs to the program and not to the learner.
    package static let stateFolderName = ".lesson"

    var stateFolder: FilePath { root.appending(Self.stateFolderName) }
    var progressFile: FilePath { stateFolder.appending("progress.json") }

    package init(root: FilePath) {
        self.root = root
    }

    /// Finds the workspace that `folder` is in: the nearest folder upwards that has a progress file.
    package init(containing folder: FilePath) throws(WorkspaceError) {
        var candidate = folder.lexicallyNormalized()
        while true {
            let workspace = Workspace(root: candidate)
            if LocalFiles.kind(workspace.progressFile) == .file {
                self = workspace
                return
            }
            guard !candidate.components.isEmpty else { break }
            candidate = candidate.removingLastComponent()
        }
        throw WorkspaceError(
            .notFound, message: "no lesson is under way in this folder",
            hint: "`lesson start LESSON` begins one; `lesson list` shows the lessons there are")
    }

    /// Where an exercise's Dockerfile and context are.
    package func folder(of exercise: Exercise) -> FilePath {
        exercise.folder.isEmpty ? root : root.pushing(FilePath(exercise.folder))
    }

    /// The learner's files of an exercise as they were when it was passed, and only then.
    package func passedFolder(of exercise: String) -> FilePath {
        stateFolder.appending("passed").appending(exercise)
    }
}
