import Checks
import Synchronization
import SystemPackage
import Testing

@testable import Grading

/// Who is stopped while a reference is built does not wait for it.
@Suite struct ReferenceImagesTests {
    private struct Patient: ExaminationEngine {
        let begun: AsyncStream<Void>.Continuation

        func build(_ order: BuildOrder) async -> BuildReply {
            begun.yield()
            try? await Task.sleep(for: .seconds(60))
            return .impossible(Ungradable(.fault, message: Task.isCancelled ? "stopped" : "it went on"))
        }

        func image(named name: String) async throws(Ungradable) -> EngineImage {
            throw Ungradable(.baseNotOffered, message: "no \(name)")
        }
        func isHere(_ name: String) async -> Bool { false }
        func layer(_ id: String) async throws(Ungradable) -> LayerTable {
            throw Ungradable(.fault, message: "no layer \(id)")
        }
        func file(_ path: ImagePath, inLayer id: String) async -> LayerContent? { nil }
        func run(_ image: EngineImage, _ order: RunOrder) async -> RunObservation { RunObservation(ending: .exited(0)) }
    }

    @Test func cancellingStopsTheBuild() async throws {
        let folder = try TemporaryFolder()
        try folder.write("FROM base\n", to: "Dockerfile")
        let path = folder.path.appending("Dockerfile")
        let (begun, continuation) = AsyncStream<Void>.makeStream()
        let task = Task {
            await ReferenceImages().size(
                of: path, exercise: FakeWorld.exercise, engine: Patient(begun: continuation))
        }
        for await _ in begun { break }
        task.cancel()
        guard case .failure(let reason) = await task.value else {
            Issue.record("there is an image")
            return
        }
        #expect(reason.message == "stopped")
    }
}
