/// The parts of a URL that decide whom a download talks to.
struct RemoteURL: Hashable, Sendable {
    var scheme: String
    var host: String
    var port: Int
    /// Path without query and fragment.
    var path: String

    /// Reads `scheme://[user@]host[:port]/path`; nil where it is none, or where curl or git could read another host in
    /// it than we do.
    init?(_ text: String) {
        guard let separator = text.firstRange(of: "://") else { return nil }
        scheme = text[..<separator.lowerBound].lowercased()
        let ports = ["http": 80, "https": 443, "git": 9418, "ssh": 22]
        guard let standard = ports[scheme] else { return nil }
        let rest = text[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        path = String(rest.dropFirst(authority.count).prefix { $0 != "?" && $0 != "#" })
        let halves = authority.split(separator: "@", omittingEmptySubsequences: false)
        let place = halves.last ?? ""
        guard halves.count <= 2, !authority.contains("\\") else { return nil }
        guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F }) else { return nil }
        if place.hasPrefix("["), let end = place.firstIndex(of: "]") {
            host = String(place[place.index(after: place.startIndex)..<end])
            let after = place[place.index(after: end)...]
            guard host.utf8.allSatisfy(Self.isOfAddress), after.isEmpty || after.first == ":",
                let port = after.isEmpty ? standard : Int(after.dropFirst())
            else { return nil }
            self.port = port
        } else {
            let parts = place.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2, let port = parts.count == 2 ? Int(parts[1]) : standard else { return nil }
            host = String(parts.first ?? "")
            // A dot at the end is dropped by some, so that a name that was looked up is looked up again.
            guard host.utf8.allSatisfy(Self.isOfName), !host.hasSuffix(".") else { return nil }
            self.port = port
        }
        // ssh and git would take such a host for an option.
        guard !host.isEmpty, !host.hasPrefix("-"), (1...65535).contains(port) else { return nil }
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Of an IPv6 address without a zone.
    private static func isOfAddress(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ":"):
            true
        default: false
        }
    }

    /// The file's name: the path's last name, as BuildKit takes it.
    var fileName: String {
        let name = Self.decoded(path.split(separator: "/").last.map(String.init) ?? "")
        return name.isEmpty || name == "." || name == ".." ? "__unnamed__" : name
    }

    /// `%41` as `A`; an escaped slash stays as it is written.
    static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), value != 0,
                value != UInt8(ascii: "/")
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
