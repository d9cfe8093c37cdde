import Diagnostics
import TerminalUI

/// An error in words: what went wrong, where, what to do next, and what the shell is told.
struct ErrorWording: Sendable, Hashable {
    /// Stable, for programs.
    var code: String
    /// Lower case, no full stop.
    var message: String
    /// What to do next.
    var hint: String?
    var file: String?
    var line: Int?
    /// Where on the line, and the rule's name, for what is wrong with a lesson.
    var column: Int?
    /// The source line with a caret under it.
    var excerpt: [String] = []
    /// More that is wrong, each with its own place.
    var others: [Diagnostic] = []
    /// Their source lines; as many as there are others, or none.
    var otherLines: [String?] = []
    var status: Int32
    /// What stands before the message.
    var lead = "error:"
    /// A line after the message, before the hint.
    var trailer: String?

    init(
        code: String, message: String, hint: String? = nil, file: String? = nil, line: Int? = nil,
        others: [Diagnostic] = [], status: Int32
    ) {
        self.code = code
        self.message = message
        self.hint = hint
        self.file = file
        self.line = line
        self.others = others
        self.status = status
    }

    /// The first of some diagnostics, with the others below.
    init(_ diagnostics: [Diagnostic], fallback: String, status: ExitStatus) {
        let errors = diagnostics.filter { $0.severity == .error }
        guard let first = errors.first ?? diagnostics.first else {
            self.init(code: fallback, message: "could not go on", status: status.rawValue)
            return
        }
        self.init(
            code: first.id, message: first.message, hint: first.hint, file: first.file,
            line: first.range?.start.line, others: Array(errors.dropFirst()), status: status.rawValue)
    }

    /// What is wrong with a lesson: each thing with its line and a caret.
    init(ofLesson diagnostics: [Diagnostic]) {
        var diagnostics = diagnostics
        for index in diagnostics.indices {
            diagnostics[index].file = diagnostics[index].file.map(ProgramPath.shown)
        }
        self.init(diagnostics, fallback: "bad-lesson", status: .couldNotRun)
        var sources = SourceLines()
        if let first = diagnostics.first(where: { $0.severity == .error }) ?? diagnostics.first {
            column = first.range?.start.column
            excerpt = DiagnosticRenderer().excerpt(first, sourceLine: sources.line(of: first))
        }
        otherLines = others.map { sources.line(of: $0) }
    }

    /// The error for a person.
    func lines(_ terminal: Terminal) -> [StyledLine] {
        var place = ""
        if let file {
            place = [line, column].compactMap { $0 }.reduce(file) { "\($0):\($1)" } + ": "
        }
        var lines: [StyledLine] = []
        let text = message.split(separator: "\n", omittingEmptySubsequences: false)
        let start = [Span(place), Span(lead, .fail), Span(lead.isEmpty ? "" : " ")]
        let first = String(text.first ?? "")
        // Lines are for scripts to read where nobody looks at them, and for people to read on a terminal.
        lines +=
            terminal.isInteractive && !first.isEmpty
            ? LineWrapper(width: terminal.proseWidth, first: start, rest: [Span("  ")]).wrap([Span(first)])
            : [StyledLine(start + [Span(first)])]
        let isDockers = lead != "error:"
        lines += text.dropFirst().map {
            isDockers ? StyledLine([Span(lead, .fail), Span(" \($0)")]) : StyledLine("  \($0)")
        }
        lines += excerpt.map { StyledLine($0) }
        if let trailer { lines.append(StyledLine(trailer)) }
        if let hint { lines += Self.hint(hint, terminal) }
        let renderer = DiagnosticRenderer()
        for (index, other) in others.prefix(20).enumerated() {
            lines.append(StyledLine(renderer.headline(other)))
            let source = otherLines.indices.contains(index) ? otherLines[index] : nil
            lines += renderer.excerpt(other, sourceLine: source).map { StyledLine($0) }
            if let hint = other.hint { lines += Self.hint(hint, terminal) }
        }
        if others.count > 20 { lines.append(StyledLine("and \(others.count - 20) more", .muted)) }
        return lines
    }

    private static func hint(_ text: String, _ terminal: Terminal) -> [StyledLine] {
        text.split(separator: "\n").flatMap { part in
            LineWrapper(width: terminal.proseWidth, first: [Span("  hint: ", .strong)])
                .wrap(inlineCode(String(part)))
        }
    }

    /// The error as `docker` words it.
    var inDockersWords: ErrorWording {
        var wording = self
        wording.lead = "Error:"
        // Docker leaves the word away where its client finds the mistake, and not the daemon.
        if ["unreadable", "unwritable"].contains(code), let file, line == nil {
            (wording.lead, wording.file) = ("", nil)
            wording.message = "open \(file): \(message)"
        } else if Self.clientCodes.contains(code) {
            wording.lead = ""
        }
        return wording
    }

    private static let clientCodes: Set<String> = ["template", "no-terminal", "reference-argument"]

    /// The error as `docker run` words it.
    var asOfRun: ErrorWording {
        var wording = self
        if code == "no-terminal" {
            wording.lead = ""
            return wording
        }
        wording.lead = "docker:"
        if !wording.message.hasSuffix(".") { wording.message += "." }
        if status == ExitStatus.docker.rawValue { wording.trailer = "See 'docker run --help'." }
        return wording
    }

    /// The error for a program.
    var json: String {
        struct Document: Encodable {
            struct Body: Encodable {
                var code: String
                var message: String
                var file: String?
                var line: Int?
                var hint: String?
            }
            var error: Body
        }
        let body = Document.Body(code: code, message: message, file: file, line: line, hint: hint)
        let text = try? JSONOutput.text(Document(error: body))
        return text ?? #"{"error": {"code": "encoding", "message": "the error could not be encoded"}}"#
    }
}
