import Diagnostics
import Synchronization

/// Numbers steps and passes events on, one at a time.
final class BuildReporter: Sendable {
    private struct State {
        var count = 0
        var warnings: [Diagnostic] = []
        var running: [Int: ClosedRange<Int>] = [:]
    }

    private let state = Mutex(State())
    private let emit: @Sendable (BuildEvent) -> Void

    init(emit: @escaping @Sendable (BuildEvent) -> Void) { self.emit = emit }

    /// Begins a step.
    func begin(_ name: String, lines: ClosedRange<Int>? = nil, stage: Int? = nil) -> RunningStep {
        let number = state.withLock { state in
            state.count += 1
            state.running[state.count] = lines
            return state.count
        }
        emit(.started(BuildStep(number: number, name: name, lines: lines, stage: stage)))
        return RunningStep(number: number, name: name, reporter: self)
    }

    func send(_ event: BuildEvent) { emit(event) }

    /// A step has come to its end, whatever that was.
    fileprivate func ended(_ number: Int) { state.withLock { $0.running[number] = nil } }

    /// The lines of the step that is running and began first.
    var firstRunning: SourceRange? {
        state.withLock { state in
            state.running.min { $0.key < $1.key }.map {
                SourceRange(lines: $0.value.lowerBound, through: $0.value.upperBound)
            }
        }
    }

    /// Keeps a warning for the result, once.
    func warn(_ diagnostic: Diagnostic) {
        let isNew = state.withLock { state in
            guard !state.warnings.contains(diagnostic) else { return false }
            state.warnings.append(diagnostic)
            return true
        }
        if isNew { emit(.warning(diagnostic)) }
    }

    /// Keeps a remark for the result, without a word now.
    func note(_ diagnostic: Diagnostic) { state.withLock { $0.warnings.append(diagnostic) } }

    var warnings: [Diagnostic] { state.withLock { $0.warnings } }
}

/// A step that was announced and has to be ended.
struct RunningStep: Sendable {
    let number: Int
    let name: String
    let reporter: BuildReporter
    private let began = ContinuousClock().now

    init(number: Int, name: String, reporter: BuildReporter) {
        self.number = number
        self.name = name
        self.reporter = reporter
    }

    var seconds: Double {
        let (seconds, attoseconds) = began.duration(to: ContinuousClock().now).components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    func finish() {
        reporter.ended(number)
        reporter.send(.finished(step: number, seconds: seconds))
    }

    func cached() {
        reporter.ended(number)
        reporter.send(.cached(step: number))
    }

    func note(_ text: String) { reporter.send(.note(step: number, text: text)) }

    func output(_ stream: BuildStream, _ bytes: [UInt8]) {
        reporter.send(.output(step: number, stream: stream, bytes: bytes))
    }

    func end(_ failure: BuildFailure) {
        reporter.ended(number)
        if failure.kind == .cancelled {
            reporter.send(.cancelled(step: number))
        } else {
            reporter.send(.failed(step: number, message: failure.diagnostic.message, seconds: seconds))
        }
    }
}
