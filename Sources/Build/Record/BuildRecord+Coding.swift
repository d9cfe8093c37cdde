import FoundationEssentials

extension BuildRecord {
    /// The record as an image in the store keeps it.
    package var encoded: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(self)).map { [UInt8]($0) } ?? []
    }

    /// Reads what ``encoded`` wrote; nil when it is something else.
    package init?(encoded bytes: [UInt8]) {
        guard let record = try? JSONDecoder().decode(BuildRecord.self, from: Data(bytes)) else { return nil }
        self = record
    }
}
