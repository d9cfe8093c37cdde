package import Diagnostics

/// Why there is no lesson: everything that is wrong with it, at once.
package struct LessonError: Error, Sendable, Hashable {
    /// At least one of them an error.
    package var diagnostics: [Diagnostic]

    package init(_ diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics
    }

    package init(
        id: String, file: String? = nil, range: SourceRange? = nil, message: String, hint: String? = nil
    ) {
        diagnostics = [
            Diagnostic(id: id, severity: .error, file: file, range: range, message: message, hint: hint)
        ]
    }
}
