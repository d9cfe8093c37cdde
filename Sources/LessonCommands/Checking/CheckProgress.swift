import Build
import Synchronization
import TerminalUI

/// A check's progress: a line for each step of the learner's build, a changing line for all else.
final class CheckProgress: Sendable {
    private struct State {
        var names: [Int: String] = [:]
        var isQuiet = false
    }

    private let progress: ProgressLine
    private let terminal: Terminal
    private let state = Mutex(State())

    init(progress: ProgressLine, terminal: Terminal) {
        self.progress = progress
        self.terminal = terminal
    }

    /// A part of the examination begins.
    /// - Parameter isQuiet: its steps are no news.
    func begin(_ what: String, isQuiet: Bool) {
        state.withLock { $0 = State(isQuiet: isQuiet) }
        progress.update(what)
    }

    func handle(_ event: BuildEvent) {
        switch event {
        case .started(let step):
            state.withLock { $0.names[step.number] = step.name }
            progress.update(step.name)
        case .cached(let number): say(number, "cached")
        case .finished(let number, let seconds): say(number, ElapsedTime.short(seconds: seconds))
        case .failed(let number, _, _): say(number, "FAILED")
        case .note(_, let text): progress.update(text)
        case .output(_, _, let bytes):
            if let line = bytes.split(separator: UInt8(ascii: "\n")).last(where: { !$0.isEmpty }) {
                progress.update(String(decoding: line.prefix(200), as: UTF8.self))
            }
        case .cancelled, .warning: break
        }
    }

    private func say(_ number: Int, _ how: String) {
        let name = state.withLock { state -> String? in
            defer { state.names[number] = nil }
            return state.isQuiet ? nil : state.names[number]
        }
        guard let name, !name.hasPrefix("[internal]") else { return }
        let room = terminal.isInteractive ? max(8, terminal.width - DisplayWidth.of(how) - 4) : .max
        let shown = DisplayWidth.cut(name, to: room, ellipsis: terminal.glyphs.ellipsis)
        progress.message(StyledLine([Span("  \(shown)"), Span("  \(how)", .muted)]))
    }
}
