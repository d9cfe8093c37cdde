import FoundationEssentials

/// How every JSON document of ours is written: readable, keys sorted, the same bytes for the same value.
enum JSONOutput {
    /// The document, without a line end after it.
    static func text(_ value: some Encodable, isCompact: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            isCompact
            ? [.sortedKeys, .withoutEscapingSlashes] : [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
