/// A value of a YAML manifest, already parsed, with the lines it came from. `Slides` reads no YAML: the caller bridges
/// from the parser it has.
public indirect enum ManifestValue: Hashable, Sendable {
    /// A scalar as text; empty for null.
    case scalar(String, line: Int)
    /// A sequence.
    case list([ManifestValue], line: Int)
    /// A mapping, in the order of the file.
    case map([Entry], line: Int)

    /// A pair of a mapping.
    public struct Entry: Hashable, Sendable {
        /// The key.
        public var key: String
        /// The value.
        public var value: ManifestValue

        /// Makes a pair.
        public init(key: String, value: ManifestValue) {
            self.key = key
            self.value = value
        }
    }

    /// The line it starts on, 1-based.
    public var line: Int {
        switch self {
        case .scalar(_, let line), .list(_, let line), .map(_, let line): line
        }
    }

    /// The value of a key of a mapping; the first counts.
    public subscript(key: String) -> ManifestValue? {
        guard case .map(let entries, _) = self else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// The text of a scalar.
    public var text: String? {
        guard case .scalar(let text, _) = self else { return nil }
        return text
    }
}
