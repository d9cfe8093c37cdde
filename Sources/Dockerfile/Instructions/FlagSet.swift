/// The `--flags` of one instruction, read against those it knows.
struct FlagSet {
    enum Kind {
        case bool
        case string
        /// May be given several times.
        case strings
    }

    private var values: [String: [String]] = [:]

    init(_ flags: [Word], knowing known: [(name: String, kind: Kind)], instruction: String) throws(InstructionError) {
        for flag in flags {
            // The line parser only lets words through that begin with `--`.
            let body = String(flag.text.dropFirst(2))
            if body.isEmpty { return }
            let (name, value) = body.cut(UInt8(ascii: "=")).map { ($0.before, Optional($0.after)) } ?? (body, nil)
            guard let kind = known.first(where: { $0.name == name })?.kind else {
                throw Self.unknown(name, known: known.map(\.name), instruction: instruction, word: flag.text)
            }
            if kind != .strings, values[name] != nil {
                throw InstructionError(
                    id: "duplicate-flag", message: "duplicate flag specified: --\(name)", hint: "give --\(name) once",
                    word: flag.text)
            }
            switch kind {
            case .bool:
                if let value, value.isEmpty { throw Self.missing(name, word: flag.text) }
                let lower = value?.lowercased() ?? "true"
                guard lower == "true" || lower == "false" else {
                    throw InstructionError(
                        id: "flag-value",
                        message: "expecting boolean value for flag --\(name), not: \(value ?? "")",
                        hint: "write --\(name) or --\(name)=false", word: flag.text)
                }
                values[name] = [lower]
            case .string, .strings:
                guard let value else { throw Self.missing(name, word: flag.text) }
                values[name, default: []].append(value)
            }
        }
    }

    private static func missing(_ name: String, word: String) -> InstructionError {
        InstructionError(
            id: "missing-flag-value", message: "missing a value on flag: --\(name)",
            hint: "write --\(name)=value, with = and no spaces around it", word: word)
    }

    private static func unknown(_ name: String, known: [String], instruction: String, word: String)
        -> InstructionError
    {
        let hint: String
        if let nearest = GoSuggestion.search(name, in: known) {
            hint = "did you mean \(nearest)?"
        } else if known.isEmpty {
            hint = "\(instruction) has no flags"
        } else {
            hint = "\(instruction) knows " + known.map { "--" + $0 }.joined(separator: ", ")
        }
        return InstructionError(id: "unknown-flag", message: "unknown flag: --\(name)", hint: hint, word: word)
    }

    subscript(_ name: String) -> String? { values[name]?.last }
    /// The value, nil when empty: BuildKit does not tell `--chown=` from no flag.
    func nonEmpty(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }
    func all(_ name: String) -> [String] { values[name] ?? [] }
    func bool(_ name: String) -> Bool? { self[name].map { $0 == "true" } }
}
