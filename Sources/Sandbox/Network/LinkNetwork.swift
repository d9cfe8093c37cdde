/// The little network between a namespace and slirp4netns: a gateway, a name server, and the namespace's own address.
struct LinkNetwork: Hashable, Sendable {
    let block: AddressBlock

    /// Hides nothing that this host is in: where its own network has these addresses, another is taken.
    static func choose(besides taken: [AddressBlock]) -> LinkNetwork {
        let candidates = [[10, 0, 2], [10, 213, 87], [172, 29, 173], [192, 168, 213], [10, 87, 213]] as [[UInt8]]
        let blocks = candidates.map { AddressBlock($0 + [0], prefix: 24) }
        let free = blocks.first { block in !taken.contains { $0.overlaps(block) } }
        // A host in all of 10/8 has each of its networks; only as specific a route as ours would be in the way.
        let fallback = blocks.first { block in !taken.contains { $0.prefix >= 24 && $0.overlaps(block) } }
        return LinkNetwork(block: free ?? fallback ?? blocks[0])
    }

    var gateway: [UInt8] { address(2) }
    /// slirp4netns' own name server, which asks the host's.
    var resolver: [UInt8] { address(3) }
    /// The block in two.
    var halves: [AddressBlock] { [AddressBlock(address(0), prefix: 25), AddressBlock(address(128), prefix: 25)] }

    private func address(_ last: UInt8) -> [UInt8] { block.bytes.dropLast() + [last] }
}
