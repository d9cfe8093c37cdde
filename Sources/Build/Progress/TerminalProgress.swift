import Diagnostics
import Synchronization

/// Progress that redraws itself, for a terminal: a line for each step, the last lines of output under those that run.
package final class TerminalProgress: Sendable {
    private struct Line {
        var step: BuildStep
        var started: ContinuousClock.Instant
        var ended: (word: String, seconds: Double)?
        /// The last lines of output, and one that is not ended yet.
        var tail: [String] = []
        var rest: [UInt8] = []
    }

    private struct State {
        var lines: [Line] = []
        var places: [Int: Int] = [:]
        /// How wide the lines of the last frame were.
        var drawn: [Int] = []
        var isOver = false
    }

    private let state = Mutex(State())
    private let write: @Sendable (String) -> Void
    private let size: @Sendable () -> (columns: Int, rows: Int)
    private let clock = ContinuousClock()
    private let began: ContinuousClock.Instant

    /// - Parameters:
    ///   - size: The terminal's size, asked for before each frame.
    ///   - write: Takes text with escape sequences.
    package init(
        size: @escaping @Sendable () -> (columns: Int, rows: Int), write: @escaping @Sendable (String) -> Void
    ) {
        self.size = size
        self.write = write
        began = ContinuousClock().now
    }

    /// Notes what an event changes; ``draw()`` shows it.
    package func handle(_ event: BuildEvent) {
        state.withLock { state in
            switch event {
            case .started(let step):
                state.places[step.number] = state.lines.count
                state.lines.append(Line(step: step, started: clock.now))
            case .cached(let number): end(number, "CACHED ", 0, in: &state)
            case .finished(let number, let seconds): end(number, "", seconds, in: &state)
            case .failed(let number, _, let seconds): end(number, "ERROR ", seconds, in: &state)
            case .cancelled(let number): end(number, "CANCELED ", 0, in: &state)
            case .output(let number, _, let bytes): take(bytes, of: number, in: &state)
            case .note(let number, let text):
                if let place = state.places[number] {
                    state.lines[place].tail = [SafeText(line: text).description]
                }
            case .warning: break
            }
        }
    }

    /// Draws the next frame over the last; call it a few times a second.
    package func draw() {
        state.withLock { state in
            let (columns, rows) = size()
            let frame = frame(state, columns: max(20, columns), rows: max(5, rows))
            // A terminal that became narrower has wrapped what stood there.
            let above = state.drawn.reduce(0) { $0 + max(1, ($1 + columns - 1) / max(1, columns)) }
            var text = above > 0 ? "\u{1B}[\(min(above, max(1, rows - 1)))A\r" : ""
            for line in frame { text += "\u{1B}[2K\(line)\n" }
            if above > frame.count { text += "\u{1B}[J" }
            state.drawn = frame.map(\.unicodeScalars.count)
            write(text)
        }
    }

    /// Draws the last frame and leaves it there.
    package func finish() {
        state.withLock { $0.isOver = true }
        draw()
        state.withLock { $0.drawn = [] }
    }

    private func end(_ number: Int, _ word: String, _ seconds: Double, in state: inout State) {
        guard let place = state.places[number] else { return }
        state.lines[place].ended = (word, seconds)
        state.lines[place].tail = []
    }

    private func take(_ bytes: [UInt8], of number: Int, in state: inout State) {
        guard let place = state.places[number] else { return }
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                state.lines[place].tail.append(PlainProgress.visible(state.lines[place].rest))
                if state.lines[place].tail.count > 6 { state.lines[place].tail.removeFirst() }
                state.lines[place].rest.removeAll(keepingCapacity: true)
            } else if state.lines[place].rest.count < 4096 {
                state.lines[place].rest.append(byte)
            }
        }
    }

    private func frame(_ state: State, columns: Int, rows: Int) -> [String] {
        let done = state.lines.count { $0.ended != nil }
        let total = Self.seconds(began.duration(to: clock.now))
        let head =
            "[+] Building \(PlainProgress.tenths(total))s (\(done)/\(state.lines.count))"
            + (state.isOver && done == state.lines.count ? " FINISHED" : "")
        var body: [String] = []
        for line in state.lines {
            let seconds = line.ended?.seconds ?? Self.seconds(line.started.duration(to: clock.now))
            let name = " => \(line.ended?.word ?? "")\(SafeText(line: line.step.name))"
            body.append(Self.columns(name, time: PlainProgress.tenths(seconds) + "s", width: columns))
            if line.ended == nil {
                for text in line.tail { body.append(Self.cut(" => => # \(text)", to: columns)) }
            }
        }
        // What does not fit scrolls away at the top: the newest steps matter.
        return [head] + body.suffix(rows - 2)
    }

    private static func columns(_ text: String, time: String, width: Int) -> String {
        let room = max(8, width - time.count - 2)
        let shown = cut(text, to: room)
        return shown + String(repeating: " ", count: max(1, room - shown.unicodeScalars.count + 1)) + time
    }

    private static func cut(_ text: String, to width: Int) -> String {
        guard text.unicodeScalars.count > width else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(max(0, width - 3)))) + "..."
    }

    private static func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
