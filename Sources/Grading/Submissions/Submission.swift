package import SystemPackage

/// What one learner handed in.
package struct Submission: Sendable, Hashable {
    /// Names it within a batch: the folder's name, made unique.
    package var id: String
    /// The folder that holds its Dockerfile, or would.
    package var folder: FilePath
    /// As the person who grades named it: for reports.
    package var path: String
    /// Who handed it in, when the layout tells.
    package var student: String?

    package init(id: String, folder: FilePath, path: String, student: String? = nil) {
        self.id = id
        self.folder = folder
        self.path = path
        self.student = student
    }
}

/// Something that was found and is no submission.
package struct SkippedEntry: Sendable, Hashable {
    package var path: String
    package var reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }
}
