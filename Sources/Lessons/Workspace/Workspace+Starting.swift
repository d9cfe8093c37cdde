import Slides
import SystemPackage

extension Workspace {
    /// What ``start(_:source:)`` did with the files.
    package struct Started: Sendable, Hashable {
        /// Files that were written, relative to the workspace.
        package var written: [String] = []
        /// Files that were there already and differ: left as they are.
        package var kept: [String] = []
        /// Whether the workspace was one of this lesson before.
        package var wasStarted = false
    }

    /// Makes the folder a workspace of `lesson`: writes the starter files that are not there, never over one that is.
    /// Where several exercises share a file, the first exercise's is written.
    /// - Parameter source: where the lesson is, for commands that find the workspace later.
    package func start(_ lesson: Lesson, source: String?) throws(WorkspaceError) -> Started {
        var started = Started()
        do throws(LocalFiles.Failure) {
            try LocalFiles.makeFolders(stateFolder)
        } catch {
            throw WorkspaceError(.failed, message: error.message)
        }
        let lock = try WorkspaceLock(self)
        defer { lock.release() }
        if LocalFiles.kind(progressFile) != nil {
            let progress = try readProgress()
            guard progress.lesson == lesson.id else {
                throw WorkspaceError(
                    .failed, message: "another lesson is under way here: \(progress.lesson)",
                    hint: "give `lesson start` another folder")
            }
            started.wasStarted = true
        }
        var seen: Set<String> = []
        for exercise in lesson.exercises {
            for file in exercise.starter {
                let relative = exercise.folder.isEmpty ? file.path : exercise.folder + "/" + file.path
                guard isInside(relative), seen.insert(relative).inserted else { continue }
                try write(file, to: relative, &started)
            }
        }
        if !started.wasStarted {
            try write(Progress(lesson: lesson.id, source: source, position: lesson.deck.slides.first?.number ?? 1))
        }
        return started
    }

    private func write(_ file: StarterFile, to relative: String, _ started: inout Started) throws(WorkspaceError) {
        let path = root.pushing(FilePath(relative))
        do throws(LocalFiles.Failure) {
            try LocalFiles.makeFolders(path.removingLastComponent())
            if try LocalFiles.create(path, with: file.contents, mode: file.mode) {
                started.written.append(relative)
            } else if (try? LocalFiles.read(path, limit: file.contents.count).bytes) != file.contents {
                started.kept.append(relative)
            }
        } catch {
            throw WorkspaceError(.failed, message: error.message)
        }
    }
}
