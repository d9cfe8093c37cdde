/// Hands the results of stages to those who wait for them, and has stages started when somebody first needs them.
///
/// A stage that only a trigger (`ONBUILD`) asks for is known while others run already, so the set of stages to build
/// is not fixed when the build begins.
actor StageScheduler {
    private enum Slot {
        case running([CheckedContinuation<StageOutcome, any Error>])
        case done(StageOutcome)
    }

    private var slots: [Int: Slot] = [:]
    private var failure: BuildFailure?
    private let starts: AsyncStream<Int>.Continuation
    /// Stages to start, each once.
    nonisolated let requests: AsyncStream<Int>

    init() {
        (requests, starts) = AsyncStream.makeStream(of: Int.self)
    }

    /// Has a stage started if nobody asked for it yet.
    func start(_ stage: Int) {
        guard failure == nil, slots[stage] == nil else { return }
        slots[stage] = .running([])
        starts.yield(stage)
    }

    /// Waits for a stage.
    func outcome(of stage: Int) async throws(BuildFailure) -> StageOutcome {
        start(stage)
        if let failure { throw failure }
        if case .done(let outcome) = slots[stage] { return outcome }
        do {
            return try await withCheckedThrowingContinuation { continuation in
                guard case .running(var waiting) = slots[stage] else {
                    continuation.resume(throwing: BuildFailure.cancelled)
                    return
                }
                waiting.append(continuation)
                slots[stage] = .running(waiting)
            }
        } catch {
            throw (error as? BuildFailure) ?? .cancelled
        }
    }

    func complete(_ stage: Int, _ outcome: StageOutcome) {
        guard case .running(let waiting) = slots[stage] else { return }
        slots[stage] = .done(outcome)
        for continuation in waiting { continuation.resume(returning: outcome) }
    }

    /// Ends the build: the first failure counts, all who wait are told.
    func fail(_ failure: BuildFailure) {
        guard self.failure == nil else { return }
        self.failure = failure
        starts.finish()
        for (stage, slot) in slots {
            guard case .running(let waiting) = slot else { continue }
            slots[stage] = .running([])
            for continuation in waiting { continuation.resume(throwing: BuildFailure.cancelled) }
        }
    }

    /// No more stages will be asked for.
    func finish() { starts.finish() }

    var firstFailure: BuildFailure? { failure }
}

/// What a stage has come to, for those who build on it or copy from it.
struct StageOutcome: Sendable {
    var state: StageState
    var record: StageRecord
    var cachedSteps = 0
    var totalSteps = 0
}
