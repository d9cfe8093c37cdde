/// What can be told of a Dockerfile at a glance: whether it is one, whole, and where its stages begin.
///
/// The real parser is another module, which knows nothing of slides; this is only to recognise one.
struct DockerfileSketch {
    static let instructions: Set<String> = [
        "FROM", "RUN", "CMD", "LABEL", "EXPOSE", "ENV", "ADD", "COPY", "ENTRYPOINT", "VOLUME", "USER", "WORKDIR", "ARG",
        "ONBUILD", "STOPSIGNAL", "HEALTHCHECK", "SHELL", "MAINTAINER",
    ]

    /// The `FROM` lines: the base's name, and the line in the text, from 0.
    private(set) var bases: [(name: String, line: Int)] = []
    /// The names stages were given.
    private(set) var stageNames: Set<String> = []
    /// Whether it is a Dockerfile as it stands: starts with `FROM` (or `ARG`), nothing but instructions, no `...`, no
    /// `<placeholder>`.
    private(set) var isBuildable = false

    init(_ text: String) {
        var isContinued = false
        var hereDocument: String?
        var onlyInstructions = true
        var beginsWell: Bool?
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if let delimiter = hereDocument {
                if line.drop(while: { $0 == "\t" }) == delimiter { hereDocument = nil }
                continue
            }
            let trimmed = line.drop { $0 == " " || $0 == "\t" }
            if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
            if Self.hasPlaceholder(trimmed) { onlyInstructions = false }
            let words = trimmed.split { $0 == " " || $0 == "\t" }
            if !isContinued, let first = words.first {
                let name = first.uppercased()
                if !Self.instructions.contains(name) || words.count < 2 { onlyInstructions = false }
                if beginsWell == nil || (beginsWell == true && bases.isEmpty) {
                    beginsWell = name == "FROM" || name == "ARG"
                }
                if name == "FROM" { addBase(words.dropFirst(), line: number) }
                if name == "RUN" || name == "COPY" { hereDocument = Self.hereDocument(trimmed) }
            }
            isContinued = trimmed.reversed().drop { $0 == " " || $0 == "\t" }.first == "\\"
        }
        isBuildable = onlyInstructions && beginsWell == true && !bases.isEmpty && !isContinued && hereDocument == nil
    }

    private mutating func addBase(_ words: ArraySlice<Substring>, line: Int) {
        let arguments = words.drop { $0.hasPrefix("--") }
        guard let base = arguments.first else { return }
        bases.append((String(base), line))
        let rest = arguments.dropFirst()
        if rest.count >= 2, rest.first?.lowercased() == "as", let name = rest.dropFirst().first {
            stageNames.insert(name.lowercased())
        }
    }

    /// `...` standing for something left out, `<name>` for something to fill in.
    private static func hasPlaceholder(_ line: Substring) -> Bool {
        var dots = 0
        for character in line.unicodeScalars {
            if character == "…" { return true }
            dots = character == "." ? dots + 1 : 0
            if dots == 3 { return true }
        }
        var rest = line[...]
        while let open = rest.firstIndex(of: "<") {
            let inner = rest[rest.index(after: open)...].prefix {
                $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == " "
            }
            if let first = inner.first, first.isLetter, inner.endIndex < rest.endIndex, rest[inner.endIndex] == ">" {
                return true
            }
            rest = rest[rest.index(after: open)...]
        }
        return false
    }

    private static func hereDocument(_ line: Substring) -> String? {
        guard let start = line.firstIndex(of: "<") else { return nil }
        let rest = line[start...]
        guard rest.hasPrefix("<<"), !rest.hasPrefix("<<<") else { return nil }
        let word = rest.dropFirst(2).drop { $0 == "-" }.prefix { $0 != " " && $0 != "\t" }
        let delimiter = word.filter { $0 != "\"" && $0 != "'" }
        return delimiter.isEmpty ? nil : String(delimiter)
    }
}
