import Glibc

/// A block of IP addresses.
struct AddressBlock: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16, in network order, the bits after the prefix 0.
    var bytes: [UInt8]
    var prefix: Int

    init(_ bytes: [UInt8], prefix: Int) {
        self.prefix = prefix
        self.bytes = bytes.enumerated().map { index, byte in
            let kept = min(8, max(0, prefix - index * 8))
            return kept == 0 ? 0 : byte & UInt8(truncatingIfNeeded: 0xff << (8 - kept))
        }
    }

    var description: String {
        bytes.map { "\($0)" }.joined(separator: ".") + "/\(prefix)"
    }

    /// Whether an address is in both.
    func overlaps(_ other: AddressBlock) -> Bool {
        guard bytes.count == other.bytes.count else { return false }
        let shared = min(prefix, other.prefix)
        return AddressBlock(bytes, prefix: shared).bytes == AddressBlock(other.bytes, prefix: shared).bytes
    }

    /// What is never a package mirror: "this" network, private use (RFC 1918), carrier-grade NAT (RFC 6598), link-local,
    /// protocol assignments and benchmarks (RFC 6890), multicast and reserved; and IPv6's counterparts.
    static let notPublic: [AddressBlock] = [
        AddressBlock([0, 0, 0, 0], prefix: 8), AddressBlock([10, 0, 0, 0], prefix: 8),
        AddressBlock([100, 64, 0, 0], prefix: 10), AddressBlock([169, 254, 0, 0], prefix: 16),
        AddressBlock([172, 16, 0, 0], prefix: 12), AddressBlock([192, 0, 0, 0], prefix: 24),
        AddressBlock([192, 168, 0, 0], prefix: 16), AddressBlock([198, 18, 0, 0], prefix: 15),
        AddressBlock([224, 0, 0, 0], prefix: 4), AddressBlock([240, 0, 0, 0], prefix: 4),
        AddressBlock([0xfc] + Array(repeating: 0, count: 15), prefix: 7),
        AddressBlock([0xfe, 0x80] + Array(repeating: 0, count: 14), prefix: 10),
        AddressBlock(Array(repeating: 0, count: 10) + [0xff, 0xff, 0, 0, 0, 0], prefix: 96),
        AddressBlock([0, 0x64, 0xff, 0x9b] + Array(repeating: 0, count: 12), prefix: 96),
    ]

    /// The networks this host has an address in, loopback apart; and each address itself.
    static func ofThisHost() -> [AddressBlock] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var found: Set<AddressBlock> = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let address = bytes(entry.ifa_addr), address.first != 127 else { continue }
            let loopback = Array(repeating: UInt8(0), count: 15) + [1]
            guard address != loopback else { continue }
            let bits = address.count * 8
            let prefix = bytes(entry.ifa_netmask).map { $0.reduce(0) { $0 + $1.nonzeroBitCount } } ?? bits
            found.insert(AddressBlock(address, prefix: bits))
            // A mask of 0 would close everything.
            if prefix > 0 { found.insert(AddressBlock(address, prefix: prefix)) }
        }
        return found.sorted { ($0.bytes.count, $0.prefix) < ($1.bytes.count, $1.prefix) }
    }

    private static func bytes(_ address: UnsafeMutablePointer<sockaddr>?) -> [UInt8]? {
        guard let address else { return nil }
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            var value = raw.loadUnaligned(as: sockaddr_in.self).sin_addr
            return withUnsafeBytes(of: &value) { Array($0) }
        case AF_INET6:
            var value = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            return withUnsafeBytes(of: &value) { Array($0) }
        default: return nil
        }
    }
}
