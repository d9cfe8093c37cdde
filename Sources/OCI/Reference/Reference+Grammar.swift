// The grammar of distribution/reference, by hand: no regular expression, one pass over the bytes.
extension Reference {
    private static func isLower(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") }
    private static func isUpper(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// `[\w][\w.-]{0,127}`.
    static func isTag(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 128 else { return false }
        func isWord(_ byte: UInt8) -> Bool {
            isLower(byte) || isUpper(byte) || isDigit(byte) || byte == UInt8(ascii: "_")
        }
        return isWord(first)
            && text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`.
    static func isComponent(_ text: some StringProtocol) -> Bool {
        var separator: [UInt8] = []
        var hasLetter = false
        for byte in text.utf8 {
            if isLower(byte) || isDigit(byte) {
                guard separator.isEmpty || isSeparator(separator) else { return false }
                separator = []
                hasLetter = true
            } else {
                guard hasLetter, separator.count < 256 else { return false }
                separator.append(byte)
            }
        }
        return hasLetter && separator.isEmpty
    }

    private static func isSeparator(_ bytes: [UInt8]) -> Bool {
        switch bytes[0] {
        case UInt8(ascii: "."): bytes.count == 1
        case UInt8(ascii: "_"): bytes.count <= 2 && bytes.allSatisfy { $0 == UInt8(ascii: "_") }
        case UInt8(ascii: "-"): bytes.allSatisfy { $0 == UInt8(ascii: "-") }
        default: false
        }
    }

    /// Whether a text can be a registry's name: a host name or `[IPv6]`, and a port.
    package static func isHost(_ text: some StringProtocol) -> Bool { !text.isEmpty && isRegistry(text) }

    /// A host name or `[IPv6]`, and a port.
    static func isRegistry(_ text: some StringProtocol) -> Bool {
        var host = Array(text.utf8)
        if host.first == UInt8(ascii: "[") {
            guard let end = host.firstIndex(of: UInt8(ascii: "]")), end > 1 else { return false }
            let address = host[1..<end]
            let isAddress = address.allSatisfy { byte in
                isDigit(byte) || byte == UInt8(ascii: ":") || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66)
            }
            let rest = host[(end + 1)...]
            return isAddress && (rest.isEmpty || isPort(rest))
        }
        if let colon = host.firstIndex(of: UInt8(ascii: ":")) {
            guard isPort(host[colon...]) else { return false }
            host = Array(host[..<colon])
        }
        let labels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            guard let first = label.first, let last = label.last else { return false }
            let isHyphen = first == UInt8(ascii: "-") || last == UInt8(ascii: "-")
            return !isHyphen
                && label.allSatisfy { isLower($0) || isUpper($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.first == UInt8(ascii: ":") && bytes.count >= 2 && bytes.count <= 6
            && bytes.dropFirst().allSatisfy { isDigit($0) }
    }
}

/// Why a text is not the name of an image.
package struct ReferenceError: Error, Hashable, CustomStringConvertible {
    package enum Problem: Hashable, Sendable {
        case empty, tooLong, upperCase, name, registry, tag, digest, identifier
    }

    /// The text as it was given.
    package let text: String
    package let problem: Problem

    /// In Docker's words where it has some.
    package var message: String {
        switch problem {
        case .empty: "invalid reference format: there is no image name"
        case .tooLong: "invalid reference format: the name is longer than \(Reference.nameLimit) characters"
        case .upperCase: "invalid reference format: repository name must be lowercase"
        case .name: "invalid reference format: a name is lower case letters and digits, with . _ or - between them"
        case .registry: "invalid reference format: the registry is not a host name"
        case .tag: "invalid reference format: a tag is up to 128 letters, digits, _ . or -"
        case .digest: "invalid reference format: the digest is not sha256: and 64 digits"
        case .identifier: "invalid reference format: 64 hexadecimal digits are an image's id, not a name"
        }
    }

    package var description: String { message }
}
