package import Checks
package import Lessons
import Linux
package import SystemPackage

/// Looks at one submission: builds, runs, lists, replaces sources, and hands what it saw to the judge.
package struct Examination: Sendable {
    package let lesson: Lesson
    package let exercise: Exercise
    let engine: any ExaminationEngine
    let references: ReferenceImages
    /// Known to no submission: what the canary prints is made of it.
    let secret: [UInt8]

    /// - Parameters:
    ///   - references: shared between the examinations of a batch, so that the reference is built once.
    ///   - secret: of this installation, not of one run, so that a second look finds its builds in the cache.
    package init(
        of exercise: Exercise, in lesson: Lesson, engine: any ExaminationEngine, references: ReferenceImages,
        secret: [UInt8]
    ) {
        self.lesson = lesson
        self.exercise = exercise
        self.engine = engine
        self.references = references
        self.secret = secret
    }

    /// What an examination came to.
    package struct Report: Sendable {
        package var observations: Observations
        package var verdict: Verdict
        /// The image, when there is one.
        package var image: EngineImage?
    }

    /// Examines the files in a folder.
    /// - Parameters:
    ///   - scope: keeps what this submission's build may leave (cache mounts) apart from others.
    ///   - ownReference: the folder of the learner's own image of the reference exercise.
    package func examine(folder: FilePath, scope: String, ownReference: FilePath? = nil) async -> Report {
        let (observations, image) = await observe(folder: folder, scope: scope, ownReference: ownReference)
        return Report(observations: observations, verdict: Judge(exercise.rubric).judge(observations), image: image)
    }

    private func observe(
        folder: FilePath, scope: String, ownReference: FilePath?
    ) async -> (Observations, EngineImage?) {
        var observations = Observations(
            lesson: lesson.id, exercise: exercise.id, bases: exercise.bases,
            build: .impossible(Ungradable(.fault, message: "nothing was looked at")))
        let order: BuildOrder
        switch submission(in: folder, scope: scope) {
        case .failure(let reason):
            observations.build = .impossible(reason)
            return (observations, nil)
        case .success(let found):
            order = found.order
            observations.notices = found.notices
        }
        let built: BuildReply.Built
        switch await engine.build(order) {
        case .impossible(var reason):
            // To offer the learner what cannot be made here would send them round in circles.
            if reason.reason == .baseNotOffered, !namesOfferedImage(reason.line, order) {
                reason.remedy = offer(reason.remedy)
            }
            observations.build = .impossible(reason)
            return (observations, nil)
        case .failed(let failure, let graph):
            observations.build = .failed(explained(failure, order))
            observations.graph = graph
            return (observations, nil)
        case .built(let reply): built = reply
        }
        observations.build = .built(
            seconds: built.seconds, cachedSteps: built.cachedSteps, totalSteps: built.totalSteps)
        observations.graph = built.graph
        observations.image = built.image.key
        observations.config = built.image.config
        observations.layerCount = built.image.layers.count
        observations.lint = built.lint
        observations.sizes.final = built.image.size
        do throws(Ungradable) {
            var look = Look(examination: self, order: order, built: built)
            try await look.gather(into: &observations, ownReference: ownReference)
        } catch {
            observations.build = .impossible(error)
        }
        return (observations, built.image)
    }

    // MARK: - The submission's files

    private struct Found {
        var order: BuildOrder
        var notices: [String]
    }

    private func submission(in folder: FilePath, scope: String) -> Result<Found, Ungradable> {
        let name = exercise.dockerfile
        let text: [UInt8]
        let root: RootedDirectory
        do throws(LinuxError) {
            // Links count inside the folder only: else a submission could hand in the solution, or show a file of this
            // machine in a message.
            root = try RootedDirectory(at: folder)
            text = try root.readFile(FilePath(name), limit: 4 << 20)
        } catch {
            guard error.errno == .noSuchFileOrDirectory else {
                return .failure(
                    Ungradable(
                        .noDockerfile, message: "the \(name) cannot be read: \(error.errno.description.lowercased())",
                        remedy: "hand in a plain text file named `\(name)`"))
            }
            if LocalFiles.kind(folder.pushing(FilePath(name))) == .symlink {
                return .failure(
                    Ungradable(
                        .noDockerfile, message: "the `\(name)` is a link to something that is not in its folder",
                        remedy: "hand in a plain text file named `\(name)`"))
            }
            let near = nearDockerfile(in: folder, name: name)
            return .failure(
                Ungradable(
                    .noDockerfile, message: "there is no `\(name)`",
                    remedy: near.map { "rename `\($0)` to `\(name)`" } ?? "write a file named `\(name)`"))
        }
        var notices: [String] = []
        if text.contains(UInt8(ascii: "\r")) {
            notices.append("\(name) has Windows line ends; that works here, other tools may not like it")
        }
        let ignore = [FilePath(name + ".dockerignore"), ".dockerignore"].lazy
            .compactMap { try? root.readFile($0, limit: 1 << 20) }.first
        let order = BuildOrder(
            dockerfile: text, dockerfileName: name, context: folder, ignoreFile: ignore,
            network: exercise.network == .isolated ? .isolated : .none, limits: exercise.limits, scope: scope)
        return .success(Found(order: order, notices: notices))
    }

    private func nearDockerfile(in folder: FilePath, name: String) -> String? {
        let names = ((try? LocalFiles.names(in: folder)) ?? []).map(\.string)
        let wanted = name.lowercased()
        return names.first { candidate in
            let lower = candidate.lowercased()
            return lower == wanted || lower == wanted + ".txt" || lower == wanted + ".docker" || lower == wanted + ".md"
        }.map { Wording.clipped($0, 80) }
    }

    /// What to use in place of a base that is not here.
    /// Whether a line of the Dockerfile names an image of the lesson.
    private func namesOfferedImage(_ line: Int?, _ order: BuildOrder) -> Bool {
        let lines = order.dockerfile.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let line, lines.indices.contains(line - 1) else { return false }
        let words = String(decoding: lines[line - 1], as: UTF8.self).split(whereSeparator: \.isWhitespace)
        let names = Set(words.map { Look.familiar(String($0)) })
        return lesson.images.contains { $0.names.contains { names.contains(Look.familiar($0)) } }
    }

    private func offer(_ remedy: String?) -> String? {
        let names = lesson.images.compactMap(\.names.first)
        guard !names.isEmpty else { return remedy }
        return
            "use one of the images that the lesson offers: \(Wording.list(names, "or")). This did not count as an attempt"
    }

    /// Says it when a file is missing that the learner was given.
    private func explained(_ failure: BuildObservation.Failure, _ order: BuildOrder) -> BuildObservation.Failure {
        var failure = failure
        let missing = exercise.starter.map(\.path).filter {
            failure.message.contains($0) && LocalFiles.kind(order.context.pushing(FilePath($0))) == nil
        }
        if let file = missing.first {
            failure.hint = "\(file) is missing from your files: it belongs beside the \(order.dockerfileName)."
        }
        return failure
    }
}
