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
    /// More that is wrong, each with its own place.
    var others: [Diagnostic] = []
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

    /// The error for a person.
    func lines(_ terminal: Terminal) -> [StyledLine] {
        var place = ""
        if let file { place = line.map { "\(file):\($0): " } ?? "\(file): " }
        var lines: [StyledLine] = []
        let text = message.split(separator: "\n", omittingEmptySubsequences: false)
        lines.append(StyledLine([Span(place), Span(lead, .fail), Span(" \(text.first ?? "")")]))
        let isDockers = lead != "error:"
        lines += text.dropFirst().map {
            isDockers ? StyledLine([Span(lead, .fail), Span(" \($0)")]) : StyledLine("  \($0)")
        }
        if let trailer { lines.append(StyledLine(trailer)) }
        if let hint { lines += Self.hint(hint, terminal) }
        let renderer = DiagnosticRenderer(showsSource: false)
        for other in others.prefix(20) {
            lines.append(StyledLine(renderer.headline(other)))
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
        return wording
    }

    /// The error as `docker run` words it.
    var asOfRun: ErrorWording {
        var wording = self
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
