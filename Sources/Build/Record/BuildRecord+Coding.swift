import FoundationEssentials

extension BuildRecord {
    /// Raised with each change of the record: one of another format is none, as what it lacks would be taken for what did
    /// not happen.
    static let format = 1

    private struct Kept: Codable {
        var format: Int
        var record: BuildRecord
    }

    /// The record as an image in the store keeps it.
    package var encoded: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(Kept(format: Self.format, record: self))).map { [UInt8]($0) } ?? []
    }

    /// Reads what ``encoded`` wrote; nil when it is something else.
    package init?(encoded bytes: [UInt8]) {
        guard let kept = try? JSONDecoder().decode(Kept.self, from: Data(bytes)), kept.format == Self.format else {
            return nil
        }
        self = kept.record
    }
}
