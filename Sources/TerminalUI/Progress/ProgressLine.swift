import Diagnostics
import Synchronization

/// What is going on right now, on standard error.
///
/// On a terminal a last line that changes, below the messages that stay; elsewhere the messages only. The cursor is
/// never hidden and the line is made of one carriage return, so there is nothing to restore however the program ends.
package final class ProgressLine: Sendable {
    private struct State {
        var status = ""
        var tick = 0
        var isShown = false
        var isFinished = false
    }

    private let terminal: Terminal
    private let write: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// Makes a progress line.
    /// - Parameters:
    ///   - terminal: of the stream that `write` writes to.
    ///   - write: takes text that is safe to show.
    package init(terminal: Terminal, write: @escaping @Sendable (String) -> Void) {
        self.terminal = terminal
        self.write = write
    }

    /// Says what is being done now; shown on a terminal only, cut to one line.
    package func update(_ status: String) {
        state.withLock { state in
            guard !state.isFinished else { return }
            state.status = SafeText(line: status).description
            draw(&state)
        }
    }

    /// Moves the spinner; called several times a second by whoever waits.
    package func tick() {
        state.withLock { state in
            guard !state.isFinished, !state.status.isEmpty else { return }
            state.tick += 1
            draw(&state)
        }
    }

    /// Writes a line that stays.
    package func message(_ line: StyledLine) {
        state.withLock { state in
            erase(&state)
            for part in terminal.folded([line]) { write(terminal.text(part) + "\n") }
            if !state.isFinished, !state.status.isEmpty { draw(&state) }
        }
    }

    /// Takes the changing line away. Later updates are ignored, messages still come through.
    package func finish() {
        state.withLock { state in
            erase(&state)
            state.isFinished = true
        }
    }

    /// Runs some work with a spinner that turns; the line is gone when it ends, however it ends.
    package func during<T: Sendable>(_ work: sending () async throws -> T) async rethrows -> T {
        let spinning = terminal.isInteractive ? spin() : nil
        defer {
            spinning?.cancel()
            finish()
        }
        return try await work()
    }

    private func spin() -> Task<Void, Never> {
        Task { [self] in
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(120))
                tick()
            }
        }
    }

    private func draw(_ state: inout State) {
        guard terminal.isInteractive else { return }
        let glyphs = terminal.glyphs
        let spinner = glyphs.spinner[state.tick % max(1, glyphs.spinner.count)]
        // One column stays free: a full line would wrap on some terminals and could not be taken back.
        let text = DisplayWidth.cut("\(spinner) \(state.status)", to: terminal.width - 1, ellipsis: glyphs.ellipsis)
        write("\r\u{1B}[K\(text)")
        state.isShown = true
    }

    private func erase(_ state: inout State) {
        guard state.isShown else { return }
        write("\r\u{1B}[K")
        state.isShown = false
    }
}
