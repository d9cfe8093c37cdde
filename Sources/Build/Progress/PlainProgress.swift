import Diagnostics
import Synchronization

/// Progress as lines, as `docker build --progress plain` prints them: `#5 [compiler 2/4] RUN make hello`.
package final class PlainProgress: Sendable {
    private struct Line {
        var step: BuildStep
        var started: ContinuousClock.Instant
        /// Output not yet ended by a line feed.
        var rest: [UInt8] = []
        var announced = false
    }

    private struct State {
        var lines: [Int: Line] = [:]
        /// The step whose lines were printed last.
        var current: Int?
    }

    private let state = Mutex(State())
    private let write: @Sendable (String) -> Void
    private let clock = ContinuousClock()

    /// - Parameter write: Takes whole lines, line end included; called for one event at a time.
    package init(write: @escaping @Sendable (String) -> Void) { self.write = write }

    /// Prints what an event changes.
    package func handle(_ event: BuildEvent) {
        state.withLock { state in
            let text = lines(for: event, in: &state)
            if !text.isEmpty { write(text) }
        }
    }

    private func lines(for event: BuildEvent, in state: inout State) -> String {
        switch event {
        case .started(let step):
            state.lines[step.number] = Line(step: step, started: clock.now)
            return ""
        case .cached(let number):
            return show(number, ["CACHED"], in: &state, ends: true)
        case .note(let number, let text):
            return show(number, [SafeText(line: text).description], in: &state)
        case .output(let number, _, let bytes):
            return output(bytes, of: number, in: &state)
        case .finished(let number, let seconds):
            let rest = flush(number, in: &state)
            return rest + show(number, ["DONE \(Self.tenths(seconds))s"], in: &state, ends: true)
        case .failed(let number, let message, _):
            let rest = flush(number, in: &state)
            return rest + show(number, ["ERROR: \(SafeText(line: message))"], in: &state, ends: true)
        case .cancelled(let number):
            return flush(number, in: &state) + show(number, ["CANCELED"], in: &state, ends: true)
        case .warning(let diagnostic):
            state.current = nil
            return DiagnosticRenderer(showsSource: false).render(diagnostic) + "\n"
        }
    }

    private func output(_ bytes: [UInt8], of number: Int, in state: inout State) -> String {
        guard var line = state.lines[number] else { return "" }
        var pending = line.rest
        var texts: [String] = []
        let elapsed = Self.milliseconds(line.started.duration(to: clock.now))
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                texts.append("\(elapsed) \(Self.visible(pending))")
                pending.removeAll(keepingCapacity: true)
            } else if pending.count < 65_536 {
                pending.append(byte)
            }
        }
        line.rest = pending
        state.lines[number] = line
        return texts.isEmpty ? "" : show(number, texts, in: &state)
    }

    private func flush(_ number: Int, in state: inout State) -> String {
        guard let rest = state.lines[number]?.rest, !rest.isEmpty else { return "" }
        state.lines[number]?.rest = []
        let elapsed = state.lines[number].map { Self.milliseconds($0.started.duration(to: clock.now)) } ?? "0.000"
        return show(number, ["\(elapsed) \(Self.visible(rest))"], in: &state)
    }

    private func show(_ number: Int, _ texts: [String], in state: inout State, ends: Bool = false) -> String {
        guard let line = state.lines[number] else { return "" }
        var out = ""
        if state.current != number {
            if let current = state.current, state.lines[current] != nil { out += "#\(current) ...\n\n" }
            out += "#\(number) \(SafeText(line: line.step.name))\n"
            state.current = number
        }
        for text in texts { out += "#\(number) \(text)\n" }
        if ends {
            out += "\n"
            state.lines[number] = nil
            state.current = nil
        }
        return out
    }

    /// A line of output, made safe; a carriage return shows what a terminal would: the text after the last.
    static func visible(_ bytes: [UInt8]) -> String {
        var slice = bytes[...]
        if slice.last == UInt8(ascii: "\r") { slice = slice.dropLast() }
        if let last = slice.lastIndex(of: UInt8(ascii: "\r")) { slice = slice[(last + 1)...] }
        // A tab moves, it does not command; it stays.
        return SafeText(bytes: slice, keepingLines: true).description
    }

    /// Seconds with one decimal.
    static func tenths(_ seconds: Double) -> String {
        let tenths = Int((max(0, seconds) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func milliseconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let digits = String(attoseconds / 1_000_000_000_000_000)
        return "\(seconds)." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
