import Build
package import Checks
import Diagnostics
import Dockerfile
package import Lessons
import Linux
package import SystemPackage

/// What can be said of a submission by reading its files: no build, no sandbox, no image.
package struct Reading: Sendable {
    package let lesson: Lesson
    package let exercise: Exercise

    package init(of exercise: Exercise, in lesson: Lesson) {
        self.lesson = lesson
        self.exercise = exercise
    }

    /// What a folder holds.
    struct Found: Sendable {
        var order: BuildOrder
        var notices: [String]
        /// What the Dockerfile's text alone tells; nil when it takes a build.
        var failure: BuildObservation.Failure?
    }

    /// The verdict on a folder whose files cannot be built; nil when it takes a build to know.
    package func verdict(on folder: FilePath) -> Verdict? {
        var observations = Observations(
            lesson: lesson.id, exercise: exercise.id, bases: exercise.bases,
            build: .impossible(Ungradable(.fault, message: "nothing was looked at")))
        switch read(folder, scope: "") {
        case .failure(let reason): observations.build = .impossible(reason)
        case .success(let found):
            guard let failure = found.failure else { return nil }
            observations.build = .failed(failure)
            observations.notices = found.notices
        }
        return Judge(exercise.rubric).judge(observations)
    }

    /// What is worth saying before a build begins.
    package func remarks(on folder: FilePath) -> [String] {
        guard case .success(let found) = read(folder, scope: "") else { return [] }
        return found.notices
    }

    func read(_ folder: FilePath, scope: String) -> Result<Found, Ungradable> {
        let name = exercise.dockerfile
        let root: RootedDirectory
        let text: [UInt8]
        do throws(LinuxError) {
            // Links count inside the folder only: else a submission could hand in the solution.
            root = try RootedDirectory(at: folder)
            text = try root.readFile(FilePath(name), limit: 4 << 20)
        } catch {
            return .failure(unreadable(error, name, folder))
        }
        var notices: [String] = []
        if text.contains(UInt8(ascii: "\r")) {
            notices.append("\(name) has Windows line ends; that works here, other tools may not like it")
        }
        let ignore = [name + ".dockerignore", ".dockerignore"].lazy
            .compactMap { try? root.readFile(FilePath($0), limit: 1 << 20) }.first
        let order = BuildOrder(
            dockerfile: text, dockerfileName: name, context: folder, ignoreFile: ignore,
            network: exercise.network == .isolated ? .isolated : .none, limits: exercise.limits, scope: scope)
        let request = BuildRequest(dockerfile: text, dockerfileName: name, context: nil)
        notices += request.remarks
        let mistake = request.mistake(images: lesson.images.flatMap(\.names))
        let failure = mistake.map { explained(BuildObservation.Failure($0), order) }
        return .success(Found(order: order, notices: notices, failure: failure))
    }

    private func unreadable(_ error: LinuxError, _ name: String, _ folder: FilePath) -> Ungradable {
        let path = folder.pushing(FilePath(name))
        switch (error.errno, LocalFiles.kind(path)) {
        case (.noSuchFileOrDirectory, nil):
            let near = nearDockerfile(in: folder, name: name)
            return Ungradable(
                .noDockerfile, message: "there is no `\(name)`",
                remedy: near.map { "rename `\($0)` to `\(name)`" } ?? "write a file named `\(name)`")
        case (_, .symlink?):
            return Ungradable(
                .noDockerfile, message: "`\(name)` is a link that leads nowhere inside the folder",
                remedy: "hand in the file itself, named `\(name)`")
        case (.invalidArgument, _), (.isDirectory, _):
            return Ungradable(
                .noDockerfile, message: "`\(name)` is no file but something else",
                remedy: "hand in a plain text file named `\(name)`")
        default:
            return Ungradable(
                .noDockerfile, message: "`\(name)` cannot be read: \(error.errno.description.lowercased())",
                remedy: "hand in a plain text file named `\(name)`")
        }
    }

    private func nearDockerfile(in folder: FilePath, name: String) -> String? {
        let names = ((try? LocalFiles.names(in: folder)) ?? []).map(\.string)
        let wanted = name.lowercased()
        let exact = names.first { candidate in
            let lower = candidate.lowercased()
            return lower == wanted || [".txt", ".docker", ".md", ".text", ".rtf"].contains { lower == wanted + $0 }
        }
        return (exact ?? Suggestion.nearest(to: name, among: names)).map { Wording.clipped($0, 80) }
    }

    /// Says what a build's own words leave out: a file that the learner was given and that is missing, and characters that
    /// only look right.
    func explained(_ failure: BuildObservation.Failure, _ order: BuildOrder) -> BuildObservation.Failure {
        var failure = failure
        let missing = exercise.starter.map(\.path).filter {
            failure.message.contains($0) && LocalFiles.kind(order.context.pushing(FilePath($0))) == nil
        }
        if let file = missing.first {
            failure.hint = "\(file) is missing from your files: it belongs beside the \(order.dockerfileName)."
            return failure
        }
        let lines = order.dockerfile.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let first = failure.line, first > 0, failure.id != "typographic-dash" else { return failure }
        let hints = (first...max(first, min(failure.endLine ?? first, first + 50))).lazy.compactMap { number in
            lines.indices.contains(number - 1)
                ? PastedText.hint(forFailedLine: String(decoding: lines[number - 1], as: UTF8.self)) : nil
        }
        if let hint = hints.first { failure.hint = hint }
        return failure
    }
}

extension BuildObservation.Failure {
    /// What a build says of a failure that is the submission's.
    init(_ failure: BuildFailure) {
        let diagnostic = failure.diagnostic
        let output = String(decoding: failure.lastOutput.suffix(16 << 10), as: UTF8.self)
        self.init(
            id: diagnostic.id, message: diagnostic.message, hint: diagnostic.hint, file: diagnostic.file,
            line: failure.lines?.lowerBound, endLine: failure.lines?.upperBound,
            output: output.split(whereSeparator: \.isNewline).suffix(20).map(String.init))
    }
}
