import Checks
import Lessons
import OCI

/// Looks whether an image prints the expected text whatever its program does: `CMD /hello; echo "Hello, world!"` does so
/// after a program that says nothing, `CMD /hello || echo "Hello, world!"` after one that fails.
struct StrayText {
    let engine: any ExaminationEngine
    let text: String
    let limits: ExaminationLimits
    /// What the canary prints.
    let canaryText: String
    /// The variable with which the canary fails.
    let failing: String

    /// - Parameters:
    ///   - printed: what the image with the canary printed.
    ///   - original: the submission's own image.
    ///   - program: what its command starts, where that can be told.
    func outcome(
        _ printed: [UInt8], of rebuilt: EngineImage, original: EngineImage, program: ImagePath?
    ) async throws(Ungradable) -> SubstitutionObservation.Outcome {
        let whole = Self.count(text, in: try await output(of: original, RunOrder(limits: limits)))
        // A wrapper may greet too, as long as the program does.
        if Self.stray(printed, canaryText, text) >= max(1, whole) { return .printedBeside }
        let order = RunOrder(limits: limits, environment: ["\(failing)=1"])
        let afterFailure = Self.stray(try await output(of: rebuilt, order), canaryText, text)
        guard afterFailure >= max(1, whole) else { return .printed }
        // It is there for the case of failure, which may never come: the program alone tells.
        guard let program, original.config.entrypoint.isEmpty else { return .printedAfterFailure }
        let alone = try await output(of: original, RunOrder(arguments: [program.description], limits: limits))
        return Self.count(text, in: alone) > 0 ? .printed : .printedBeside
    }

    private func output(of image: EngineImage, _ order: RunOrder) async throws(Ungradable) -> [UInt8] {
        let run = await engine.run(image, order)
        if case .fault(let reason) = run.ending { throw .runFault(reason) }
        return run.standardOutput
    }

    /// How often the expected text stands in an output beside what the canary printed.
    static func stray(_ output: [UInt8], _ canaryText: String, _ text: String) -> Int {
        max(0, count(text, in: output) - count(canaryText, in: output) * count(text, in: Array(canaryText.utf8)))
    }

    private static func count(_ text: String, in bytes: [UInt8]) -> Int {
        let needle = Array(text.utf8)
        guard !needle.isEmpty, needle.count <= bytes.count else { return 0 }
        var (found, index) = (0, 0)
        while index <= bytes.count - needle.count {
            if bytes[index..<(index + needle.count)].elementsEqual(needle) {
                found += 1
                index += needle.count
            } else {
                index += 1
            }
        }
        return found
    }
}

extension Ungradable {
    /// The machine could not run an image: nobody's answer is worse for it.
    static func runFault(_ reason: String) -> Ungradable {
        Ungradable(
            .fault, message: "the image could not be run here: \(Wording.clipped(reason, 300))",
            remedy: "this is not your doing: `lesson doctor` says what this machine lacks")
    }
}
