/// The grammar of image names: `[host[:port]/]path[:tag][@digest]`, as the `distribution` project checks it.
package enum ImageNameSyntax {
    /// Whether a base may be pulled by this name.
    package static func isValid(_ text: String) -> Bool {
        var rest = text[...]
        guard rest.utf8.allSatisfy({ $0 < 0x80 }) else { return false }
        if let at = rest.firstIndex(of: "@") {
            guard isDigest(rest[rest.index(after: at)...]) else { return false }
            rest = rest[..<at]
        }
        let slash = rest.lastIndex(of: "/")
        if let colon = rest.lastIndex(of: ":"), slash.map({ colon > $0 }) ?? true {
            guard isTag(rest[rest.index(after: colon)...]) else { return false }
            rest = rest[..<colon]
        }
        guard rest.utf8.count <= 255, !rest.isEmpty else { return false }
        var names = rest.split(separator: "/", omittingEmptySubsequences: false)
        if names.count > 1, isHostLike(names[0]) {
            guard isHost(names[0]) else { return false }
            names.removeFirst()
        } else if names.count == 1, names[0].utf8.count == 64, names[0].utf8.allSatisfy(isHex) {
            return false
        }
        return names.allSatisfy(isPathComponent)
    }

    private static func isHex(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) }
    private static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isAlphanumeric(_ byte: UInt8) -> Bool { isLower(ASCII.lowercased(byte)) || isDigit(byte) }

    private static func isHostLike(_ name: Substring) -> Bool {
        name == "localhost" || name.contains(".") || name.contains(":") || name.lowercased() != name
    }

    private static func isHost(_ name: Substring) -> Bool {
        var host = name
        if let colon = name.lastIndex(of: ":"), !name.hasSuffix("]") {
            let port = name[name.index(after: colon)...]
            guard !port.isEmpty, port.utf8.allSatisfy(isDigit) else { return false }
            host = name[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            return host.utf8.dropFirst().dropLast().allSatisfy { isHex(ASCII.lowercased($0)) || $0 == 0x3A }
        }
        return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            guard let first = label.utf8.first, let last = label.utf8.last else { return false }
            return isAlphanumeric(first) && isAlphanumeric(last)
                && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isPathComponent(_ name: Substring) -> Bool {
        var separator: [UInt8] = []
        var hasName = false
        for byte in name.utf8 {
            if isLower(byte) || isDigit(byte) {
                let isFine =
                    separator.isEmpty || separator == [0x2E] || separator == [0x5F] || separator == [0x5F, 0x5F]
                    || separator.allSatisfy { $0 == 0x2D }
                guard isFine, hasName || separator.isEmpty else { return false }
                separator = []
                hasName = true
            } else if byte == 0x2E || byte == 0x5F || byte == 0x2D {
                separator.append(byte)
            } else {
                return false
            }
        }
        return hasName && separator.isEmpty
    }

    private static func isTag(_ tag: Substring) -> Bool {
        guard let first = tag.utf8.first, isAlphanumeric(first) || first == 0x5F, tag.utf8.count <= 128 else {
            return false
        }
        return tag.utf8.allSatisfy { isAlphanumeric($0) || "_.-".utf8.contains($0) }
    }

    private static func isDigest(_ digest: Substring) -> Bool {
        guard let colon = digest.firstIndex(of: ":") else { return false }
        let algorithm = digest[..<colon]
        let hex = digest[digest.index(after: colon)...]
        guard let first = algorithm.utf8.first, isLower(ASCII.lowercased(first)) else { return false }
        return algorithm.utf8.allSatisfy { isAlphanumeric($0) || "-_+.".utf8.contains($0) } && hex.utf8.count >= 32
            && hex.utf8.allSatisfy { isHex(ASCII.lowercased($0)) }
    }
}
