package import SystemPackage

extension Workspace {
    /// Keeps what a check said, and when the exercise was passed, the files that passed it.
    /// - Parameters:
    ///   - counts: whether it was an attempt; what is not the learner's doing is none.
    ///   - size: the image's, in bytes (uncompressed layers).
    package func record(
        _ exercise: Exercise, passed: Bool, counts: Bool, score: Int, failing: [String], size: Int64?
    ) throws(WorkspaceError) {
        if passed { try keepPassedFiles(of: exercise) }
        try updateProgress { progress in
            var own = progress[exercise.id]
            if counts {
                own.attempts += 1
                own.failing = failing
                own.bestScore = max(own.bestScore ?? 0, score)
            }
            if passed {
                own.state = .passed
                own.passedImageSize = size
            }
            progress[exercise.id] = own
        }
    }

    /// The Dockerfile and the starter's files, as they are now: small, and what a later exercise is measured against.
    private func keepPassedFiles(of exercise: Exercise) throws(WorkspaceError) {
        let target = passedFolder(of: exercise.id)
        var names = exercise.starter.map(\.path)
        if !names.contains(exercise.dockerfile) { names.append(exercise.dockerfile) }
        for name in names where isInside(name) {
            let path = FilePath(name)
            do throws(LocalFiles.Failure) {
                guard let (bytes, mode) = try? LocalFiles.read(folder(of: exercise).pushing(path), limit: 16 << 20)
                else { continue }
                try LocalFiles.makeFolders(target.pushing(path).removingLastComponent())
                try LocalFiles.replace(target.pushing(path), with: bytes, mode: mode & 0o777)
            } catch {
                throw WorkspaceError(.failed, message: error.message)
            }
        }
    }

    /// The folder with the Dockerfile that the learner passed `exercise` with; nil when they did not.
    package func passedDockerfile(of exercise: Exercise) -> FilePath? {
        let path = passedFolder(of: exercise.id).pushing(FilePath(exercise.dockerfile))
        return LocalFiles.kind(path) == .file ? path : nil
    }
}
