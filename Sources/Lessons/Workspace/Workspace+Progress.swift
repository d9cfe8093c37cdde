import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Workspace {
    /// How far the learner is.
    package func readProgress() throws(WorkspaceError) -> Progress {
        let bytes: [UInt8]
        do throws(LocalFiles.Failure) {
            bytes = try LocalFiles.read(progressFile, limit: 4 << 20).bytes
        } catch {
            throw WorkspaceError(
                error.errno == .noSuchFileOrDirectory ? .notFound : .unreadable, message: error.message,
                hint: "`lesson start LESSON` begins a lesson")
        }
        guard let progress = try? JSONDecoder().decode(Progress.self, from: Data(bytes)), progress.version == 1 else {
            throw WorkspaceError(
                .unreadable, message: "\(progressFile): not a progress file of this version",
                hint: "put it aside and run `lesson start` again; your own files stay as they are")
        }
        return progress
    }

    /// Changes the progress as one step that other commands see as a whole.
    @discardableResult
    package func updateProgress(_ change: (inout Progress) -> Void) throws(WorkspaceError) -> Progress {
        let lock = try WorkspaceLock(self)
        defer { lock.release() }
        var progress = try readProgress()
        change(&progress)
        try write(progress)
        return progress
    }

    func write(_ progress: Progress) throws(WorkspaceError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(progress) else {
            throw WorkspaceError(.failed, message: "the progress cannot be written")
        }
        do throws(LocalFiles.Failure) {
            try LocalFiles.replace(progressFile, with: Array(data) + [UInt8(ascii: "\n")])
        } catch {
            throw WorkspaceError(
                .failed, message: error.message, hint: error.errno == .noSpace ? "make room on the disk" : nil)
        }
    }
}
