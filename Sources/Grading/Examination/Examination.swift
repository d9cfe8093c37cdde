package import Checks
import Diagnostics
package import Lessons
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
        let reading = Reading(of: exercise, in: lesson)
        switch reading.read(folder, scope: scope) {
        case .failure(let reason):
            observations.build = .impossible(reason)
            return (observations, nil)
        case .success(let found):
            order = found.order
            observations.notices = found.notices
            if let failure = found.failure {
                observations.build = .failed(failure)
                return (observations, nil)
            }
        }
        let built: BuildReply.Built
        switch await engine.build(order) {
        case .impossible(let reason):
            observations.build = .impossible(explained(reason, order))
            return (observations, nil)
        case .failed(let failure, let graph):
            observations.build = .failed(reading.explained(failure, order))
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

    // MARK: - What is not here

    /// What to say of an image that is not here: whose doing it is, and what to use in its place.
    private func explained(_ reason: Ungradable, _ order: BuildOrder) -> Ungradable {
        guard reason.reason == .baseNotOffered else { return reason }
        var reason = reason
        let words = Set(words(onLine: reason.line, of: order))
        if words.contains(where: { $0.hasPrefix("--platform=") }), namesOfferedImage(words) {
            reason.reason = .otherPlatform
            reason.message = "this image is not offered for that platform"
            reason.remedy = "leave out `--platform`: the lesson's images are for the machine that builds them"
            return reason
        }
        // To offer the learner what cannot be made here would send them round in circles.
        guard !namesOfferedImage(words) else {
            reason.reason = .fault
            return reason
        }
        let names = lesson.images.compactMap(\.names.first)
        guard !names.isEmpty else { return reason }
        let all = lesson.images.flatMap(\.names)
        let asked = words.filter { !$0.hasPrefix("-") }.sorted().map { Look.familiar($0) }
        // A variant of an image that is here (`debian:12-slim`), or a name that is misspelt.
        let plain = all.filter { name in asked.contains { $0.hasPrefix(name) } }.max { $0.count < $1.count }
        let near = plain ?? asked.lazy.compactMap { Suggestion.nearest(to: $0, among: all) }.first
        let question = near.map { "did you mean `\($0)`? Otherwise " } ?? ""
        reason.remedy =
            "\(question)use one of the images that the lesson offers: \(Wording.list(names, "or")). This did not count as an attempt"
        return reason
    }

    private func words(onLine line: Int?, of order: BuildOrder) -> [String] {
        let lines = order.dockerfile.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let line, lines.indices.contains(line - 1) else { return [] }
        return String(decoding: lines[line - 1], as: UTF8.self).split(whereSeparator: \.isWhitespace).dropFirst().map {
            String($0)
        }
    }

    private func namesOfferedImage(_ words: Set<String>) -> Bool {
        let names = Set(words.map { Look.familiar($0) })
        return lesson.images.contains { $0.names.contains { names.contains(Look.familiar($0)) } }
    }
}
