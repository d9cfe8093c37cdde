import Build
import Diagnostics
import Dockerfile
import Synchronization
import TerminalUI

/// Shows a build while it goes on, and how it ended.
final class BuildDisplay: Sendable {
    private enum Style {
        case plain(PlainProgress)
        case terminal(TerminalProgress)
        case json(JSONProgress)
        case quiet
    }

    private let style: Style
    private let source: DockerfileSource
    /// What was said as it happened, and is not to be said again.
    private let said = Mutex<[Diagnostic]>([])

    init(choice: ProgressChoice, console: Console, source: DockerfileSource) {
        self.source = source
        let write: @Sendable (String) -> Void = { Streams.error.write($0) }
        switch choice {
        case .quiet: style = .quiet
        case .rawjson: style = .json(JSONProgress(write: write))
        case .plain: style = .plain(PlainProgress(write: write))
        case .tty, .auto:
            // It moves the cursor: where no escape codes are wanted there are lines.
            guard console.err.isInteractive, console.err.usesColour else {
                style = .plain(PlainProgress(write: write))
                return
            }
            let size: @Sendable () -> (columns: Int, rows: Int) = {
                let now = Terminal.detect(descriptor: Streams.error.descriptor)
                return (now.width, now.height)
            }
            style = .terminal(TerminalProgress(size: size, write: write))
        }
    }

    func handle(_ event: BuildEvent) {
        if case .warning(let diagnostic) = event {
            // Shown with its line; a terminal's picture is not torn, it comes at the end there.
            if case .plain = style {
                said.withLock { $0.append(diagnostic) }
                sayBlock(render(diagnostic))
                return
            }
        }
        switch style {
        case .plain(let progress): progress.handle(event)
        case .terminal(let progress): progress.handle(event)
        case .json(let progress): progress.handle(event)
        case .quiet: break
        }
    }

    /// Keeps the display moving while `body` runs.
    func during<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
        guard case .terminal(let progress) = style else { return try await body() }
        let ticker = Task {
            while !Task.isCancelled {
                progress.draw()
                try? await Task.sleep(for: .milliseconds(120))
            }
        }
        defer {
            ticker.cancel()
            progress.finish()
        }
        return try await body()
    }

    /// A line of progress after the build: what became of the image.
    func say(_ text: String) {
        switch style {
        case .plain, .terminal: Streams.error.write(SafeText(line: text).description + "\n")
        case .json, .quiet: break
        }
    }

    /// Says what the lint and the builder remarked.
    func remark(on warnings: [Diagnostic]) {
        let before = said.withLock { $0 }
        for warning in warnings.filter({ !before.contains($0) }).prefix(50) { sayBlock(render(warning)) }
    }

    private func render(_ diagnostic: Diagnostic) -> String {
        let line = diagnostic.file == source.file ? diagnostic.range.flatMap { source.sourceLine($0.start.line) } : nil
        return DiagnosticRenderer().render(diagnostic, sourceLine: line)
    }

    private func sayBlock(_ text: String) {
        switch style {
        case .plain, .terminal: Streams.error.write(text + "\n")
        case .json, .quiet: break
        }
    }

    /// Says why a build failed: the last output, the lines of the Dockerfile, what to do, and last `FILE:LINE: error:`.
    func fail(_ failure: BuildFailure) {
        if failure.kind == .cancelled { return }
        if case .json(let progress) = style {
            progress.failed(failure)
            // The one line that ends every failed build; all else is in the documents before.
            return Streams.error.write(failure.headline + "\n")
        }
        Streams.error.write(BuildFailureText(failure: failure, source: source).text)
    }
}

/// A failure in words, as `docker build` ends with it.
struct BuildFailureText {
    let failure: BuildFailure
    let source: DockerfileSource

    var text: String {
        var out = ""
        if !failure.lastOutput.isEmpty {
            out += "------\n"
            if let lines = failure.lines, let line = source.sourceLine(lines.lowerBound) {
                out += " > \(SafeText(line: line)):\n"
            }
            out += tail + "------\n"
        }
        out += excerpt
        for other in failure.others.prefix(20) {
            // One hint is enough where it is the same.
            var other = other
            if other.hint == failure.diagnostic.hint { other.hint = nil }
            let line = other.file == source.file ? other.range.flatMap { source.sourceLine($0.start.line) } : nil
            out += DiagnosticRenderer().render(other, sourceLine: line) + "\n"
        }
        if let hint = failure.diagnostic.hint { out += "  hint: \(SafeText(line: hint))\n" }
        return out + failure.headline + "\n"
    }

    /// The last lines of output, moved in: none of them can pass for a line of ours.
    private var tail: String {
        let lines = failure.lastOutput.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var shown = lines.suffix(51)
        if shown.last?.isEmpty == true { shown = shown.dropLast() }
        return shown.map { "  \(SafeText(bytes: $0, keepingLines: true))\n" }.joined()
    }

    /// The failing lines with two of their neighbours, marked, and a caret under the place.
    private var excerpt: String {
        guard let lines = failure.lines, let start = failure.diagnostic.range?.start,
            failure.diagnostic.file == source.file, source.sourceLine(lines.lowerBound) != nil
        else { return "" }
        var out = "\(SafeText(line: source.file)):\(start.line):\(start.column)\n--------------------\n"
        let last = min(lines.upperBound, lines.lowerBound + 20)
        for number in max(1, lines.lowerBound - 2)...last + 2 {
            guard let line = source.sourceLine(number) else { break }
            let mark = lines.contains(number) ? ">>>" : "   "
            let (text, caret) = Self.cut(line, at: number == start.line ? start.column : 1)
            out += "\(String(repeating: " ", count: max(0, 4 - String(number).count)))\(number) | \(mark) \(text)\n"
            if number == start.line { out += "     |     " + String(repeating: " ", count: caret) + "^\n" }
        }
        return out + "--------------------\n"
    }

    /// A line made safe, cut around a column where it is long, and where that column then is.
    private static func cut(_ line: String, at column: Int) -> (text: String, caret: Int) {
        let width = 160
        let scalars = Array(line.unicodeScalars)
        let place = min(max(column - 1, 0), scalars.count)
        let first = place > width - 20 ? place - width / 2 : 0
        let end = min(scalars.count, first + width)
        func safe(_ range: Range<Int>) -> String {
            SafeText(line: String(String.UnicodeScalarView(scalars[range]))).description
        }
        let before = (first > 0 ? "…" : "") + safe(first..<place)
        return (before + safe(place..<end) + (end < scalars.count ? "…" : ""), before.unicodeScalars.count)
    }
}
