import Checks
import Lessons
import SystemPackage

/// The images that submissions are measured against, each built once.
package actor ReferenceImages {
    private var running: [FilePath: Task<Result<Int64, Ungradable>, Never>] = [:]

    package init() {}

    /// The size of the image that the Dockerfile at `path` builds, its folder being the context.
    func size(
        of path: FilePath, exercise: Exercise, engine: any ExaminationEngine
    ) async -> Result<Int64, Ungradable> {
        let task = running[path] ?? Task { await Self.build(path, exercise: exercise, engine: engine) }
        running[path] = task
        // Who is stopped stops it for all: submissions are stopped together.
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        // What failed once may work the next time: the network is back, the disk has room.
        if case .failure = result { running[path] = nil }
        return result
    }

    private static func build(
        _ path: FilePath, exercise: Exercise, engine: any ExaminationEngine
    ) async -> Result<Int64, Ungradable> {
        let text: [UInt8]
        do throws(LocalFiles.Failure) {
            text = try LocalFiles.read(path, limit: 4 << 20).bytes
        } catch {
            return .failure(
                Ungradable(.fault, message: error.message, remedy: "the lesson's reference must be readable"))
        }
        let name = path.lastComponent?.string ?? "Dockerfile"
        let order = BuildOrder(
            dockerfile: text, dockerfileName: name, context: path.removingLastComponent(), network: .isolated,
            limits: exercise.limits, scope: "reference")
        switch await engine.build(order) {
        case .built(let built): return .success(built.image.size)
        case .impossible(let reason): return .failure(reason)
        case .failed(let failure, _):
            return .failure(
                Ungradable(
                    .fault, message: "the lesson's reference image does not build: \(failure.message)",
                    remedy: "this is the lesson's fault, not yours: tell its author", file: failure.file,
                    line: failure.line))
        }
    }
}
