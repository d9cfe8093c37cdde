import Checks
import Lessons
import OCI

/// Looks whether an image prints the expected text whatever its program does: `CMD /hello; echo "Hello, world!"` does so
/// after a program that says nothing, `CMD /hello || echo "Hello, world!"` after one that fails,
/// `CMD /hello | sed "s/Bye/Hello, world!/"` after one that says something else.
struct StrayText {
    let engine: any ExaminationEngine
    let canary: Canary
    let limits: ExaminationLimits

    /// - Parameters:
    ///   - followed: what it is when nothing speaks against it.
    ///   - printed: what the image with the canary printed.
    ///   - original: the submission's own image.
    ///   - programs: what was compiled of the source.
    ///   - isDirect: whether the image starts its program and nothing else.
    func outcome(
        _ followed: SubstitutionObservation.Outcome, _ printed: [UInt8], of rebuilt: EngineImage,
        original: EngineImage, programs: [ImagePath], isDirect: Bool
    ) async throws(Ungradable) -> SubstitutionObservation.Outcome {
        let whole = count(canary.text, in: try await engine.output(of: original, RunOrder(limits: limits)))
        // A program whose image does not run it says nothing wrong.
        if followed == .embedded, whole == 0 || isDirect { return followed }
        let most = max(1, whole)
        // A wrapper may greet too, as long as the program does.
        if stray(in: printed) >= most { return .printedBeside }
        var reacts = false
        for mode in [Canary.Mode.failing, .silent] where !reacts {
            let order = RunOrder(limits: limits, environment: canary.environment(mode))
            reacts = stray(in: try await engine.output(of: rebuilt, order)) >= most
        }
        guard reacts || whole > 0 && !isDirect else { return followed }
        // Words for another case than the submission's are nothing bad: its program alone tells.
        for program in programs.prefix(5) {
            let order = RunOrder(program: program.description, limits: limits)
            if count(canary.text, in: try await engine.output(of: original, order)) > 0 { return followed }
        }
        guard !programs.isEmpty else { return reacts ? .printedAfterFailure : followed }
        if reacts || original.config.arguments.contains(where: { $0.contains(canary.text) }) { return .printedBeside }
        return .printedByCommand
    }

    /// How often the expected text stands in an output beside what the canary printed.
    private func stray(in output: [UInt8]) -> Int {
        count(canary.text, in: output)
            - count(canary.printed, in: output) * count(canary.text, in: Array(canary.printed.utf8))
    }

    private func count(_ text: String, in bytes: [UInt8]) -> Int { ByteSearch.count(of: Array(text.utf8), in: bytes) }
}
