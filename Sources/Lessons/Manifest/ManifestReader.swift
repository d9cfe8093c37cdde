import Diagnostics
import Slides
import Yams

/// Reads a YAML text into values and collects what is wrong with it, each thing with its line and column.
///
/// A class because the maps and lists read from it report to one place; it lives for one load, in one task.
final class ManifestReader {
    let file: String
    private(set) var diagnostics: [Diagnostic] = []

    /// Bounds on what a manifest may be: far above any real one, and low enough that the parser's recursion is shallow.
    enum Limit {
        static let bytes = 1 << 20
        static let nesting = 200
        static let values = 200_000
        static let diagnostics = 100
    }

    init(file: String) {
        self.file = file
    }

    var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    func report(
        _ id: String, _ message: String, at mark: Mark?, hint: String? = nil, severity: Severity = .error
    ) {
        guard diagnostics.count < Limit.diagnostics else { return }
        let range = mark.map { SourceRange(line: max(1, $0.line), column: max(1, $0.column)) }
        diagnostics.append(
            Diagnostic(id: id, severity: severity, file: file, range: range, message: message, hint: hint))
    }

    /// The document's top map; nil, with a diagnostic, when there is none.
    func document(_ bytes: [UInt8]) -> ManifestMap? {
        compose(bytes).flatMap { map($0, named: "a manifest") }
    }

    /// The whole document as a value of `Slides`.
    func value(_ bytes: [UInt8]) -> ManifestValue? {
        guard let node = compose(bytes) else { return nil }
        var budget = Limit.values
        let value = ManifestValue(node, budget: &budget)
        if value == nil { report("manifest-size", "the manifest holds too much, or a key that is no word", at: nil) }
        return value
    }

    private func compose(_ bytes: [UInt8]) -> Node? {
        guard bytes.count <= Limit.bytes else {
            report("manifest-size", "the manifest is larger than \(Limit.bytes) bytes", at: nil)
            return nil
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            report("manifest-encoding", "the manifest is not UTF-8", at: nil, hint: "save it as UTF-8")
            return nil
        }
        guard Self.isShallow(bytes) else {
            report("manifest-nesting", "the manifest nests deeper than \(Limit.nesting) levels", at: nil)
            return nil
        }
        do {
            if let node = try Yams.compose(yaml: text) { return node }
            report("manifest-empty", "the manifest is empty", at: nil)
        } catch let error as YamlError {
            reportSyntax(error)
        } catch {
            report("manifest-syntax", "not valid YAML", at: nil)
        }
        return nil
    }

    private func reportSyntax(_ error: YamlError) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            report("manifest-syntax", "not valid YAML: \(problem)", at: mark)
        case .duplicatedKeysInMapping(let duplicates, let context):
            report(
                "manifest-duplicate-key",
                "written twice: \(duplicates.map { String(describing: $0) }.sorted().joined(separator: ", "))",
                at: context.mark)
        default:
            report("manifest-syntax", "not valid YAML", at: nil)
        }
    }

    /// Whether brackets, and dashes on one line, nest so little that a recursive parser is safe. Counts brackets in
    /// quotes too: nobody has hundreds of them open.
    static func isShallow(_ bytes: [UInt8]) -> Bool {
        var open = 0
        var dashes = 0
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"): open += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): open = max(0, open - 1)
            case UInt8(ascii: "\n"): dashes = 0
            case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"): dashes += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"): break
            default: dashes = 0
            }
            // A rule of dashes in a comment is long but does not nest; only dashes parted by blanks do, and those are
            // at most half of what is counted here.
            if open > Limit.nesting || dashes > 4 * Limit.nesting { return false }
        }
        return true
    }

    func map(_ node: Node, named name: String) -> ManifestMap? {
        guard case .mapping(let mapping) = node else {
            report("manifest-type", "\(name) must be a map of keys to values", at: node.mark)
            return nil
        }
        return ManifestMap(reader: self, mapping: mapping, mark: node.mark)
    }
}
