import Diagnostics

/// What is to be said about a text before anything in it is read.
enum TextDiagnostics {
    static func diagnostics(for facts: SourceText.Facts, limits: DeckOptions.Limits) -> [Diagnostic] {
        var found: [Diagnostic] = []
        if facts.omittedBytes > 0 {
            found.append(
                Diagnostic(
                    id: "text-too-large", severity: .error,
                    message: "the text is larger than \(limits.bytes) bytes, \(facts.omittedBytes) were left out",
                    hint: "split the deck into several files"))
        }
        if let line = facts.firstControl {
            found.append(
                Diagnostic(
                    id: "control-character", severity: .warning, range: SourceRange(line: line),
                    message: "\(facts.replacedControls) NUL or control characters were replaced by U+FFFD",
                    hint: "save the file as UTF-8 text"))
        }
        if let line = facts.firstInvalid {
            found.append(
                Diagnostic(
                    id: "invalid-utf8", severity: .warning, range: SourceRange(line: line),
                    message: "\(facts.invalidSequences) bytes that are not UTF-8 were replaced by U+FFFD",
                    hint: "save the file as UTF-8 text"))
        }
        return found
    }
}
