package import Checks
import Lessons
package import SystemPackage

/// Finds submissions: a folder of folders, one submission, or a bare Dockerfile.
package struct Intake: Sendable {
    package var submissions: [Submission] = []
    package var skipped: [SkippedEntry] = []
    /// The name of the file that makes a folder a submission.
    private let dockerfile: String
    /// The exercise that is graded; nil where any will do.
    private let exercise: String?

    package init(dockerfile: String = "Dockerfile", exercise: String? = nil) {
        self.dockerfile = dockerfile
        self.exercise = exercise
    }

    /// Takes in what a person named on the command line.
    ///
    /// A folder with a Dockerfile is one submission; one without is a class, each folder in it a submission, with a
    /// Dockerfile or not: who handed in nothing is told so. Links inside a class are not followed: a submission does
    /// not choose what is graded.
    package mutating func add(_ path: FilePath) throws(Ungradable) {
        switch LocalFiles.kind(path, following: true) {
        case .file:
            append(
                Submission(
                    id: name(of: path.removingLastComponent(), path), folder: path.removingLastComponent(),
                    path: path.string))
        case .folder where ![nil, .folder].contains(LocalFiles.kind(path.appending(dockerfile))):
            append(Submission(id: name(of: path, path), folder: path, path: path.string))
        case .folder: try addClass(path)
        default:
            throw Ungradable(
                .noDockerfile, message: "\(Wording.clipped(path.string, 200)): nothing is there",
                remedy: "name a folder of submissions, one submission, or a Dockerfile")
        }
    }

    private mutating func addClass(_ path: FilePath) throws(Ungradable) {
        let names: [FilePath.Component]
        do throws(LocalFiles.Failure) {
            names = try LocalFiles.names(in: path)
        } catch {
            throw Ungradable(.fault, message: error.message, remedy: "is the folder readable?")
        }
        for name in names {
            let inner = path.appending(name)
            let text = Self.text(name.platformBytes)
            if text.hasPrefix(".") || text == "__MACOSX" { continue }
            switch LocalFiles.kind(inner) {
            case .folder:
                let layout = SubmissionName(text)
                append(
                    Submission(
                        id: text, folder: root(of: inner), path: inner.string,
                        student: layout.student))
            case .symlink: skipped.append(SkippedEntry(path: inner.string, reason: "a symbolic link is not followed"))
            default: break
            }
        }
    }

    /// The folder that holds the Dockerfile: the submission's, else the only one of those in it that has one, as archives
    /// often have it. Where several have one, a folder named as the exercise is the one that is meant.
    private func root(of folder: FilePath) -> FilePath {
        if LocalFiles.kind(folder.appending(dockerfile)) != nil { return folder }
        var level = [folder]
        for _ in 0..<3 {
            level = level.flatMap(Self.folders)
            let found = level.filter { LocalFiles.kind($0.appending(dockerfile)) != nil }
            let meant = found.count > 1 ? found.filter { $0.lastComponent?.string == exercise } : found
            if meant.count == 1 { return meant[0] }
            guard found.isEmpty, level.count <= 100 else { break }
        }
        return folder
    }

    /// The folders in a folder, without those that systems and tools leave.
    private static func folders(in folder: FilePath) -> [FilePath] {
        ((try? LocalFiles.names(in: folder)) ?? [])
            .filter { $0.string != "__MACOSX" && !$0.string.hasPrefix(".") && $0.string != "node_modules" }
            .map { folder.appending($0) }.filter { LocalFiles.kind($0) == .folder }
    }

    private mutating func append(_ submission: Submission) {
        var submission = submission
        guard !submissions.contains(where: { $0.folder == submission.folder }) else { return }
        let plain = submission.id
        var number = 2
        while submissions.contains(where: { $0.id == submission.id }) {
            submission.id = "\(plain)-\(number)"
            number += 1
        }
        submissions.append(submission)
    }

    private func name(of folder: FilePath, _ path: FilePath) -> String {
        Self.text(folder.lexicallyNormalized().lastComponent?.platformBytes ?? Array(path.string.utf8))
    }

    /// A name as text, safe to show; bytes that are no UTF-8 made visible.
    private static func text(_ bytes: [UInt8]) -> String { ImagePath.shown(bytes) }
}
