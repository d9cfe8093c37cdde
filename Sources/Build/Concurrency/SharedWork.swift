import Synchronization

/// Work that several wait for and that is done once: pulling an image that many builds start from.
///
/// Who no longer waits leaves the work alone for the others. When nobody waits any more it is cancelled, and the last who
/// left returns when it is over: nothing of it, no process and no file, outlives everybody who wanted it.
package final class SharedWork<Key: Hashable & Sendable, Value: Sendable, Failure: Error>: Sendable {
    /// What it came to.
    package typealias Outcome = Result<Value, Failure>

    private struct Work {
        let key: Key
        let task: Task<Void, Never>
        /// By ticket; with it stays the last who left, who waits for the end.
        var waiters: [Int: OneTimeValue<Outcome>]
    }

    private struct State {
        /// Also what nobody waits for any more, until it is over.
        var works: [Int: Work] = [:]
        /// What may still be joined.
        var current: [Key: Int] = [:]
        var count = 0

        mutating func number() -> Int {
            count += 1
            return count
        }
    }

    private let state = Mutex(State())
    private let cancelled: Failure

    /// - Parameter cancelled: what somebody gets who was stopped while others went on waiting.
    package init(cancelled: Failure) { self.cancelled = cancelled }

    /// Waits for the work of this key, beginning it if nobody has.
    package func value(
        for key: Key, _ body: @escaping @Sendable () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let (number, ticket, value) = join(key, body)
        let outcome = await withTaskCancellationHandler {
            await value.wait()
        } onCancel: {
            leave(number, ticket)
        }
        return try outcome.get()
    }

    /// How many wait for the work of this key.
    package func waiters(for key: Key) -> Int {
        state.withLock { state in state.current[key].flatMap { state.works[$0]?.waiters.count } ?? 0 }
    }

    private func join(
        _ key: Key, _ body: @escaping @Sendable () async throws(Failure) -> Value
    ) -> (work: Int, ticket: Int, value: OneTimeValue<Outcome>) {
        state.withLock { state in
            let (ticket, value) = (state.number(), OneTimeValue<Outcome>())
            if let work = state.current[key] {
                state.works[work]?.waiters[ticket] = value
                return (work, ticket, value)
            }
            let work = state.number()
            // Not a child of whoever comes first: it is everybody's.
            let task = Task {
                do throws(Failure) {
                    self.finish(work, .success(try await body()))
                } catch {
                    self.finish(work, .failure(error))
                }
            }
            state.works[work] = Work(key: key, task: task, waiters: [ticket: value])
            state.current[key] = work
            return (work, ticket, value)
        }
    }

    private func finish(_ number: Int, _ outcome: Outcome) {
        let work = state.withLock { state in
            let work = state.works.removeValue(forKey: number)
            if let key = work?.key, state.current[key] == number { state.current[key] = nil }
            return work
        }
        for value in (work?.waiters ?? [:]).values { value.set(outcome) }
    }

    private func leave(_ number: Int, _ ticket: Int) {
        let (gone, abandoned) = state.withLock { state -> (OneTimeValue<Outcome>?, Task<Void, Never>?) in
            guard let work = state.works[number], work.waiters[ticket] != nil else { return (nil, nil) }
            if work.waiters.count > 1 { return (state.works[number]?.waiters.removeValue(forKey: ticket), nil) }
            // Whoever comes now begins anew.
            state.current[work.key] = nil
            return (nil, work.task)
        }
        gone?.set(.failure(cancelled))
        abandoned?.cancel()
    }
}

/// A value that somebody will set, and one task waits for.
private final class OneTimeValue<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case awaited(CheckedContinuation<Value, Never>)
        case set(Value)
    }

    private let state = Mutex(State.empty)

    /// Sets it; a second time does nothing.
    func set(_ value: Value) {
        let waiting = state.withLock { state -> CheckedContinuation<Value, Never>? in
            switch state {
            case .set: return nil
            case .empty:
                state = .set(value)
                return nil
            case .awaited(let continuation):
                state = .set(value)
                return continuation
            }
        }
        waiting?.resume(returning: value)
    }

    func wait() async -> Value {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state -> Value? in
                if case .set(let value) = state { return value }
                state = .awaited(continuation)
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }
}
