package import SystemPackage

/// The name of a snapshot in the store: 26 letters and digits made by chance.
package struct SnapshotID: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// Reads an id; nil when it could not be one, so that it is always safe as a file name.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 26, text.utf8.allSatisfy({ Self.digits.contains($0) }) else { return nil }
        description = String(text)
    }

    private static let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)

    /// A new one.
    static func random() -> SnapshotID {
        SnapshotID(made: (0..<26).map { _ in digits.randomElement() ?? 48 })
    }

    private init(made bytes: [UInt8]) { description = String(decoding: bytes, as: UTF8.self) }
}

extension SnapshotID: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = SnapshotID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not the id of a snapshot")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A snapshot in the making: the directories that an overlay mount writes to.
package struct PendingSnapshot: Sendable, Hashable {
    package let id: SnapshotID
    /// Becomes the snapshot. Its root has the owner and mode of the parent's.
    package let upper: FilePath
    /// Overlayfs's scratch directory, on the same file system.
    package let work: FilePath

    var directory: FilePath { upper.removingLastComponent() }
}
