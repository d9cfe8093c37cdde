import Diagnostics

/// A finding as JSON.
struct LintFinding: Encodable {
    var file: String
    var line: Int?
    var column: Int?
    var severity: String
    var rule: String
    var message: String
    var hint: String?

    /// - Parameter file: the file of a diagnostic that names none.
    init(_ diagnostic: Diagnostic, file: String) {
        self.file = diagnostic.file ?? file
        line = diagnostic.range?.start.line
        column = diagnostic.range?.start.column
        severity = diagnostic.severity.rawValue
        rule = diagnostic.id
        message = diagnostic.message
        hint = diagnostic.hint
    }
}
