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
            return Ungradable(
                .noDockerfile, message: "there is no `\(name)`", remedy: MissingDockerfile(name, in: folder).remedy)
        case (_, .symlink?):
            return Ungradable(
                .noDockerfile, message: "`\(name)` is a link that leads nowhere inside the folder",
                remedy: "hand in the file itself, named `\(name)`")
        case (_, .folder?):
            return Ungradable(
                .noDockerfile, message: "`\(name)` is a folder", remedy: "hand in a plain text file named `\(name)`")
        case (.fileTooLarge, _):
            return Ungradable(
                .noDockerfile, message: "`\(name)` has more than 4 MB",
                remedy: "hand in a plain text file named `\(name)`")
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

    /// Whether all of a text is one line to every tool of today, although it was written as several.
    private static func hasOldLineEnds(_ text: [UInt8]) -> Bool {
        !text.contains(UInt8(ascii: "\n")) && text.dropLast().contains(UInt8(ascii: "\r"))
    }

    /// Says what a build's own words leave out: a file that the learner was given and that is missing, and characters that
    /// only look right.
    func explained(_ failure: BuildObservation.Failure, _ order: BuildOrder) -> BuildObservation.Failure {
        var failure = failure
        if Self.hasOldLineEnds(order.dockerfile) {
            failure.hint =
                "the lines of this file end as on very old Macs (CR alone), so it is one line: save it with Unix line ends"
            return failure
        }
        let missing = exercise.starter.map(\.path).filter {
            failure.message.contains($0) && LocalFiles.kind(order.context.pushing(FilePath($0))) == nil
        }
        if let file = missing.first {
            failure.hint =
                misplaced(file, order)
                ?? "\(file) is missing from your files: it belongs beside the \(order.dockerfileName)."
            return failure
        }
        let lines = order.dockerfile.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let first = failure.line, first > 0, failure.id != "typographic-dash" else { return failure }
        let hints = (first...max(first, min(failure.endLine ?? first, first + 50))).lazy.compactMap { number in
            guard lines.indices.contains(number - 1) else { return nil as String? }
            let line = String(decoding: lines[number - 1], as: UTF8.self)
            // A mark at the very beginning is none of the learner's and does no harm.
            return PastedText.hint(
                forFailedLine: number == 1 && line.hasPrefix("\u{FEFF}") ? line.dropFirst() : line[...])
        }
        if let hint = hints.first { failure.hint = hint }
        return failure
    }
}

extension Reading {
    /// Where a file is that is missing beside the Dockerfile: in a folder, or with an ending that some editor gave it.
    private func misplaced(_ file: String, _ order: BuildOrder) -> String? {
        let name = FilePath(file).lastComponent?.string ?? file
        if let other = ContextFiles.matching([name], in: order.context).first {
            return
                "\(file) is not beside the \(order.dockerfileName), it is in your files as `\(Wording.clipped(other.string, 120))`: move it, or write that path."
        }
        for ending in [".txt", ".docx", ".rtf"]
        where LocalFiles.kind(order.context.pushing(FilePath(file + ending))) == .file {
            return "your file is named `\(file)\(ending)`: rename it to `\(file)`."
        }
        return nil
    }
}

extension BuildObservation.Failure {
    /// What a build says of a failure that is the submission's.
    init(_ failure: BuildFailure) {
        let diagnostic = failure.diagnostic
        let output = String(decoding: failure.lastOutputByStream.suffix(16 << 10), as: UTF8.self)
        self.init(
            id: diagnostic.id, message: diagnostic.message, hint: diagnostic.hint, file: diagnostic.file,
            line: failure.lines?.lowerBound, endLine: failure.lines?.upperBound,
            output: output.split(whereSeparator: \.isNewline).suffix(20).map(String.init))
    }
}
