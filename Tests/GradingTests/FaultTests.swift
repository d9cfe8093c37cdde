import Checks
import Lessons
import Slides
import Synchronization
import SystemPackage
import Testing

@testable import Grading

/// A machine on which one thing goes wrong, whichever it is: what comes of it is no verdict, and nobody keeps it.
@Suite struct FaultTests {
    /// Passes everything on, but for one call.
    private final class FaultyEngine: ExaminationEngine {
        enum Kind: CaseIterable { case build, image, layer, run }

        private let engine = FakeWorld.engine()
        private let fails: (kind: Kind, at: Int)?
        private let counts = Mutex<[Kind: Int]>([:])

        init(failing fails: (kind: Kind, at: Int)? = nil) { self.fails = fails }

        static let fault = Ungradable(.fault, message: "no process could be started")

        func calls(_ kind: Kind) -> Int { counts.withLock { $0[kind, default: 0] } }

        private func isDue(_ kind: Kind) -> Bool {
            let number = counts.withLock { counts in
                counts[kind, default: 0] += 1
                return counts[kind, default: 0]
            }
            return fails.map { $0.kind == kind && $0.at == number } ?? false
        }

        func build(_ order: BuildOrder) async -> BuildReply {
            isDue(.build) ? .impossible(Self.fault) : await engine.build(order)
        }

        func image(named name: String) async throws(Ungradable) -> EngineImage {
            if isDue(.image) { throw Self.fault }
            return try await engine.image(named: name)
        }

        func isHere(_ name: String) async -> Bool { await engine.isHere(name) }

        func layer(_ id: String) async throws(Ungradable) -> LayerTable {
            if isDue(.layer) { throw Self.fault }
            return try await engine.layer(id)
        }

        func file(_ path: ImagePath, inLayer id: String) async -> LayerContent? {
            await engine.file(path, inLayer: id)
        }

        func run(_ image: EngineImage, _ order: RunOrder) async -> RunObservation {
            var observation = await engine.run(image, order)
            if isDue(.run) { observation.ending = .fault(Self.fault.message) }
            return observation
        }
    }

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("int main;", to: "class/ann/hello.c")
    }

    private func grade(_ word: String, _ engine: FaultyEngine, _ out: String) async throws -> (Verdict, isKept: Bool) {
        try folder.write("FROM plain\n# \(word)", to: "class/ann/Dockerfile")
        var exercise = FakeWorld.exercise
        exercise.rubric.integrity = [
            IntegrityDefinition(
                id: "source", kind: .substitution(SubstitutionRule(text: "Hello, world!")), needs: ["built"])
        ]
        exercise.rubric.checks.append(
            CheckDefinition(
                id: "cached", kind: .cached(CachedRule(change: ["*.c"], steps: [])), points: 0, needs: ["built"]))
        let lesson = Lesson(id: "l", title: "L", deck: Deck(slides: []), exercises: [exercise])
        let journal = try Journal(folder: folder.path.appending(out).string)
        let batch = Batch(
            examination: Examination(
                of: exercise, in: lesson, engine: engine, references: ReferenceImages(), secret: []), jobs: 1,
            journal: journal)
        var intake = Intake()
        try intake.add(folder.path.appending("class"))
        let graded = try #require(await batch.grade(intake.submissions).first)
        let kept = Rescoring(lesson: lesson, exercise: exercise, journal: journal).known(intake.submissions[0])
        return (graded.verdict, kept != nil)
    }

    /// The right answer, one that is flagged, and one whose program comes from the folder.
    @Test(arguments: ["good", "prebuilt"])
    func aFaultOfOursIsNoVerdict(_ word: String) async throws {
        let sound = FaultyEngine()
        let (verdict, isKept) = try await grade(word, sound, "sound")
        try #require(verdict.verdict == (word == "good" ? .pass : .fail))
        #expect(isKept)
        for kind in FaultyEngine.Kind.allCases {
            let calls = sound.calls(kind)
            #expect(calls > 0, "\(kind)")
            for number in 1...max(1, calls) {
                let engine = FaultyEngine(failing: (kind, number))
                let (verdict, isKept) = try await grade(word, engine, "\(kind)-\(number)")
                #expect(verdict.verdict == .error, "\(kind) \(number): \(verdict)")
                #expect(verdict.score == 0)
                #expect(verdict.error?.message.contains(FaultyEngine.fault.message) == true, "\(kind) \(number)")
                #expect(!isKept, "\(kind) \(number)")
            }
        }
    }
}
