import Diagnostics

extension Directive {
    /// What is wrong with it as far as its verb goes.
    var problem: Diagnostic? {
        guard kind == nil else { return nil }
        let verbs = Kind.allCases.map(\.rawValue)
        guard !verb.isEmpty else {
            return Diagnostic(
                id: "unknown-directive", severity: .error, range: range, message: "a directive without a verb",
                hint: "write one of: \(verbs.joined(separator: ", "))")
        }
        let nearest = Suggestion.nearest(to: verb, among: verbs)
        return Diagnostic(
            id: "unknown-directive", severity: .error, range: range, message: "unknown directive '\(verb)'",
            hint: nearest.map { "did you mean '\($0)'?" } ?? "the directives are: \(verbs.joined(separator: ", "))")
    }
}
