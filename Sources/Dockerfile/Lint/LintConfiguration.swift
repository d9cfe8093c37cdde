/// What `# check=skip=A,B;error=true;experimental=C` says.
struct LintConfiguration {
    var skipsAll = false
    var skipped: Set<String> = []
    var errorsOnWarnings = false
    var allowsAllExperimental = false
    var experimental: Set<String> = []

    init() {}

    /// - Parameter text: only the part up to the first space counts, as in BuildKit.
    init(_ text: String) throws(InstructionError) {
        let value = text.cut(UInt8(ascii: " "))?.before ?? text
        guard !value.isEmpty else { return }
        for part in value.split(separator: ";", maxSplits: 2, omittingEmptySubsequences: false) {
            guard let (key, value) = part.cut(UInt8(ascii: "=")) else { throw Self.invalid(String(part)) }
            let rules = Set(value.split(separator: ",").map { GoSpace.trim(String($0)) })
            switch GoSpace.trim(key) {
            case "skip":
                if value == "all" { skipsAll = true } else { skipped = rules }
            case "experimental":
                if value == "all" { allowsAllExperimental = true } else { experimental = rules }
            case "error":
                switch value {
                case "true", "1", "t", "T", "TRUE", "True": errorsOnWarnings = true
                case "false", "0", "f", "F", "FALSE", "False": errorsOnWarnings = false
                default: throw Self.invalid(String(part))
                }
            default: throw Self.invalid(key)
            }
        }
    }

    private static func invalid(_ text: String) -> InstructionError {
        InstructionError(
            id: "check-option", message: "failed to parse check options: invalid check option \(GoQuote.quote(text))",
            hint: "write # check=skip=RULE,RULE;error=true", word: nil)
    }

    func allows(_ rule: String) -> Bool {
        if rule == "InvalidDefinitionDescription" { return allowsAllExperimental || experimental.contains(rule) }
        return !skipsAll && !skipped.contains(rule)
    }
}
