import Checks
import Lessons
import OCI

/// Looks whether an image prints the expected text whatever its program does: `CMD /hello; echo "Hello, world!"` does so
/// after a program that says nothing, `CMD /hello || echo "Hello, world!"` after one that fails.
struct StrayText {
    let engine: any ExaminationEngine
    let canary: Canary
    let limits: ExaminationLimits

    /// - Parameters:
    ///   - printed: what the image with the canary printed.
    ///   - original: the submission's own image.
    ///   - program: what its command starts, where that can be told.
    func outcome(
        _ printed: [UInt8], of rebuilt: EngineImage, original: EngineImage, program: ImagePath?
    ) async throws(Ungradable) -> SubstitutionObservation.Outcome {
        let whole = count(canary.text, in: try await engine.output(of: original, RunOrder(limits: limits)))
        // A wrapper may greet too, as long as the program does.
        if stray(in: printed) >= max(1, whole) { return .printedBeside }
        let order = RunOrder(limits: limits, environment: ["\(canary.failing)=1"])
        let afterFailure = stray(in: try await engine.output(of: rebuilt, order))
        guard afterFailure >= max(1, whole) else { return .printed }
        // It is there for the case of failure, which may never come: the program alone tells.
        guard let program, original.config.entrypoint.isEmpty else { return .printedAfterFailure }
        let alone = try await engine.output(of: original, RunOrder(arguments: [program.description], limits: limits))
        return count(canary.text, in: alone) > 0 ? .printed : .printedBeside
    }

    /// How often the expected text stands in an output beside what the canary printed.
    private func stray(in output: [UInt8]) -> Int {
        count(canary.text, in: output)
            - count(canary.printed, in: output) * count(canary.text, in: Array(canary.printed.utf8))
    }

    private func count(_ text: String, in bytes: [UInt8]) -> Int { ByteSearch.count(of: Array(text.utf8), in: bytes) }
}
