package import SystemPackage

extension Workspace {
    /// What ``reset(_:in:)`` did.
    package struct Restored: Sendable, Hashable {
        /// Files put back to the starter, relative to the workspace.
        package var files: [String] = []
        /// Where the learner's own files are now; nil when none had been changed.
        package var backup: FilePath?
    }

    /// Puts an exercise's files back to what a learner begins with, and its progress to the start. The learner's own
    /// files are moved to a backup, none is lost.
    ///
    /// Where an exercise begins with a file that an earlier exercise begins with too, it goes on from the files that
    /// the earlier one was passed with.
    package func reset(_ exercise: Exercise, in lesson: Lesson) throws(WorkspaceError) -> Restored {
        let lock = try WorkspaceLock(self)
        defer { lock.release() }
        var progress = try readProgress()
        var restored = Restored()
        do throws(LocalFiles.Failure) {
            for file in beginning(of: exercise, in: lesson) {
                let relative = exercise.folder.isEmpty ? file.path : exercise.folder + "/" + file.path
                guard isInside(relative) else { continue }
                let path = root.pushing(FilePath(relative))
                if let current = try? LocalFiles.read(path, limit: file.contents.count).bytes, current == file.contents
                {
                    continue
                }
                if LocalFiles.kind(path) != nil {
                    let backup: FilePath
                    if let made = restored.backup { backup = made } else { backup = try makeBackup() }
                    restored.backup = backup
                    let kept = backup.pushing(FilePath(relative))
                    try LocalFiles.makeFolders(kept.removingLastComponent())
                    try LocalFiles.move(path, to: kept)
                }
                try LocalFiles.makeFolders(path.removingLastComponent())
                _ = try LocalFiles.create(path, with: file.contents, mode: file.mode)
                restored.files.append(relative)
            }
        } catch {
            throw WorkspaceError(.failed, message: error.message)
        }
        var own = ExerciseProgress()
        own.attempts = progress[exercise.id].attempts
        progress[exercise.id] = own
        try write(progress)
        return restored
    }

    private func beginning(of exercise: Exercise, in lesson: Lesson) -> [StarterFile] {
        let earlier = lesson.exercises.prefix { $0.id != exercise.id }.filter { $0.folder == exercise.folder }
        return exercise.starter.map { file in
            for other in earlier.reversed() where other.starter.contains(where: { $0.path == file.path }) {
                let kept = passedFolder(of: other.id).pushing(FilePath(file.path))
                if let (bytes, mode) = try? LocalFiles.read(kept, limit: 16 << 20) {
                    return StarterFile(path: file.path, contents: bytes, mode: mode)
                }
            }
            return file
        }
    }

    /// A new folder `backup/N`, N counting up from 1.
    private func makeBackup() throws(LocalFiles.Failure) -> FilePath {
        let all = stateFolder.appending("backup")
        try LocalFiles.makeFolders(all)
        let last = try LocalFiles.names(in: all).compactMap { Int($0.string) }.max() ?? 0
        let folder = all.appending(String(last + 1))
        try LocalFiles.makeFolders(folder)
        return folder
    }
}
