import Foundation
import Testing

/// `scripts/fuzz` runs these for longer, with other seeds, or with one input that was kept.
@Suite("Parsers, fed with what is almost right")
struct FuzzTests {
    private static let environment = ProcessInfo.processInfo.environment
    static let targets = FuzzTarget.allCases.filter { target in
        environment["LESSON_FUZZ_TARGET"].map { $0 == target.rawValue } ?? true
    }

    @Test("ends in a value or an error", arguments: targets)
    func survives(_ target: FuzzTarget) async throws {
        let seed = Self.environment["LESSON_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
        let seconds = Self.environment["LESSON_FUZZ_SECONDS"].flatMap { Int($0) }
        let folder = Self.environment["LESSON_FUZZ_FINDINGS"] ?? FileManager.default.temporaryDirectory.path
        let record = "\(folder)/lesson-fuzz-\(target.rawValue)-\(seed)-\(ProcessInfo.processInfo.processIdentifier)"
        let kept = Self.environment["LESSON_FUZZ_INPUT"]
        await #expect(processExitsWith: .success) {
            [
                target = target as FuzzTarget, seed = seed as UInt64, seconds = seconds as Int?,
                record = record as String,
                kept = kept as String?
            ] in
            let campaign = Campaign(target: target, seed: seed, record: record)
            if let kept {
                try campaign.replay(kept)
            } else {
                try campaign.run(iterations: target.iterations, seconds: seconds)
            }
        }
        guard let what = try? String(contentsOfFile: record + ".txt", encoding: .utf8) else { return }
        Issue.record(
            "\(what)the input is in \(record): try it with `scripts/fuzz --input \(record) \(target.rawValue)`")
    }
}
