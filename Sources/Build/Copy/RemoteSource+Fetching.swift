import Dockerfile
import Images
import Linux
import SystemPackage

extension RemoteSource {
    /// Fetches a source to a place of the engine's.
    static func fetch(
        _ source: String, _ request: CopyRequest, job: BuildJob, command: Command, step: RunningStep
    ) async throws(BuildFailure) -> CopyPlan.Item {
        throw .learner(
            "unsupported", "ADD of \(source) is not supported yet", hint: "fetch it with RUN, or COPY it",
            file: job.file, range: command.range)
    }

    static func write(
        _ file: RemoteFile, with copier: inout FileCopier, to destination: String, request: CopyRequest, job: BuildJob
    ) throws(CopyError) -> CopySource {
        throw .other("unsupported")
    }

    static func write(
        _ checkout: GitCheckout, with copier: inout FileCopier, to destination: String, job: BuildJob
    ) throws(CopyError) -> CopySource {
        throw .other("unsupported")
    }
}
