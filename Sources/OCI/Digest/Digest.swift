/// The name of content by its hash, `sha256:` and 64 hexadecimal digits (OCI image-spec, "Digests").
package struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
    package enum Algorithm: String, Sendable, Hashable, CaseIterable {
        case sha256
        case sha512

        var hexLength: Int { self == .sha256 ? 64 : 128 }
    }

    package let algorithm: Algorithm
    /// Lower case hexadecimal digits.
    package let hex: String

    /// `algorithm:hex`.
    package var description: String { "\(algorithm.rawValue):\(hex)" }

    /// The first twelve digits, as Docker shows an id.
    package var short: String { String(hex.prefix(12)) }

    /// Reads `sha256:...`; anything else than a known algorithm with the right number of lower case digits is nil.
    package init?(_ text: some StringProtocol) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            let algorithm = Algorithm(rawValue: String(text[..<colon]))
        else { return nil }
        self.init(algorithm: algorithm, hex: String(text[text.utf8.index(after: colon)...]))
    }

    package init?(algorithm: Algorithm = .sha256, hex: String) {
        let isHex = hex.utf8.allSatisfy { byte in
            (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
                || (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f"))
        }
        guard hex.utf8.count == algorithm.hexLength, isHex else { return nil }
        self.algorithm = algorithm
        self.hex = hex
    }

    init(sha256 bytes: some Sequence<UInt8>) {
        algorithm = .sha256
        hex = Self.hex(bytes)
    }

    /// The SHA-256 digest of `bytes`.
    package static func sha256(of bytes: some Sequence<UInt8>) -> Digest {
        var hasher = SHA256Hasher()
        hasher.update(Array(bytes))
        return hasher.finalize()
    }

    /// The SHA-256 digest of the UTF-8 of `text`.
    package static func sha256(of text: String) -> Digest { sha256(of: text.utf8) }

    package static func < (a: Digest, b: Digest) -> Bool { a.description < b.description }

    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension Digest: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let digest = Digest(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a digest")
        }
        self = digest
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
