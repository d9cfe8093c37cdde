/// How much a diagnostic matters.
public enum Severity: String, Hashable, Sendable, Comparable {
    /// Worth knowing, changes nothing.
    case note
    /// Works, but is likely not what was meant.
    case warning
    /// Does not work.
    case error

    private var rank: Int {
        switch self {
        case .note: 0
        case .warning: 1
        case .error: 2
        }
    }

    /// `note` < `warning` < `error`.
    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
}

/// Something to say about a text: a value that is collected, not thrown at the first.
///
/// Messages start in lower case, end without a full stop and hold no advice: the advice is `hint`.
public struct Diagnostic: Hashable, Sendable, Error {
    /// The rule's name, stable, e.g. `unclosed-fence` or BuildKit's `StageNameCasing`.
    public var id: String
    /// How much it matters.
    public var severity: Severity
    /// The file, as the person named it; nil when the text has none.
    public var file: String?
    /// Where; nil when the whole text is meant.
    public var range: SourceRange?
    /// What is wrong.
    public var message: String
    /// What to do next.
    public var hint: String?

    /// Makes a diagnostic.
    public init(
        id: String, severity: Severity, file: String? = nil, range: SourceRange? = nil, message: String,
        hint: String? = nil
    ) {
        self.id = id
        self.severity = severity
        self.file = file
        self.range = range
        self.message = message
        self.hint = hint
    }
}
