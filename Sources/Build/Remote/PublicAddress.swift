import Dockerfile
import Glibc

/// Looks names up, and keeps what a build fetches away from this machine and its neighbours.
enum PublicAddress {
    /// An IP address in network order: 4 or 16 bytes.
    struct Address: Hashable, Sendable {
        var bytes: [UInt8]

        /// As a URL or `curl --resolve` writes it.
        var text: String {
            if bytes.count == 4 { return bytes.map { String($0) }.joined(separator: ".") }
            let groups = stride(from: 0, to: 16, by: 2).map {
                String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
            }
            return "[\(groups.joined(separator: ":"))]"
        }

        /// As ssh takes it, without brackets.
        var bare: String { bytes.count == 4 ? text : String(text.dropFirst().dropLast()) }

        /// Whether the address belongs to the Internet at large: to no machine, link or network of our own (IANA's
        /// special-purpose registries). Addresses set apart for documentation are nobody's neighbours.
        var isPublic: Bool {
            if bytes.count == 4 { return Self.isPublic(bytes) }
            guard bytes.count == 16 else { return false }
            // IPv4 in an IPv6 coat: mapped, NAT64, 6to4.
            if bytes[0..<10].allSatisfy({ $0 == 0 }) {
                return bytes[10] == 0xFF && bytes[11] == 0xFF && Self.isPublic(Array(bytes[12...]))
            }
            if bytes[0..<12] == [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0] {
                return Self.isPublic(Array(bytes[12...]))
            }
            if bytes[0] == 0x20, bytes[1] == 0x02 { return Self.isPublic(Array(bytes[2..<6])) }
            // Global unicast is 2000::/3; documentation and Teredo are not for us.
            guard bytes[0] & 0xE0 == 0x20 else { return false }
            if bytes[0..<4] == [0x20, 0x01, 0x0D, 0xB8] || bytes[0..<4] == [0x20, 0x01, 0, 0] { return false }
            return true
        }

        private static func isPublic(_ b: [UInt8]) -> Bool {
            switch (b[0], b[1]) {
            case (0, _), (10, _), (127, _), (224...255, _): false
            case (100, 64...127), (169, 254), (172, 16...31), (192, 168), (198, 18...19): false
            case (192, 0): b[2] != 0
            default: true
            }
        }
    }

    /// All addresses of a name, in the resolver's order.
    static func lookUp(_ host: String) -> [Address] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [Address] = []
        var next = list
        while let entry = next?.pointee {
            if let address = entry.ai_addr {
                let raw = UnsafeRawPointer(address)
                if entry.ai_family == AF_INET {
                    let value = raw.loadUnaligned(as: sockaddr_in.self).sin_addr
                    found.append(Address(bytes: withUnsafeBytes(of: value) { Array($0) }))
                } else if entry.ai_family == AF_INET6 {
                    let value = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
                    found.append(Address(bytes: withUnsafeBytes(of: value) { Array($0) }))
                }
            }
            next = entry.ai_next
        }
        return found
    }
}
