/// A port of `EXPOSE`.
package struct Port: Hashable, Sendable, CustomStringConvertible {
    package var number: UInt16
    /// `tcp`, `udp` or `sctp`.
    package var `protocol`: String

    /// `80/tcp`, as the image config spells it.
    package var description: String { "\(number)/\(`protocol`)" }

    /// Ports of the expanded words of `EXPOSE`, in order, ranges spread out, each once.
    ///
    /// An address and a host port, as in `docker run -p`, are accepted and dropped, as BuildKit does.
    package static func parse(_ words: [String]) throws(InstructionError) -> [Port] {
        var seen: Set<Port> = []
        var out: [Port] = []
        for word in words {
            for port in try parse(word) where seen.insert(port).inserted { out.append(port) }
        }
        return out
    }

    private static func parse(_ word: String) throws(InstructionError) -> [Port] {
        func failure(_ message: String) -> InstructionError {
            InstructionError(
                id: "port", message: message, hint: "write a port, as in EXPOSE 80, 53/udp or 8000-8010", word: word)
        }
        let (ports, proto) = word.cut(UInt8(ascii: "/")) ?? (word, "tcp")
        let pieces = ports.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let container = pieces.last, !container.isEmpty else {
            throw failure("no port specified: \(word)<empty>")
        }
        guard let range = range(container) else { throw failure("invalid containerPort: \(container)") }
        if pieces.count > 1, case let host = pieces[pieces.count - 2], !host.isEmpty {
            guard let hostRange = Self.range(host) else { throw failure("invalid hostPort: \(host)") }
            guard hostRange.count == range.count || range.count == 1 else {
                throw failure("invalid ranges specified for container and host Ports: \(container) and \(host)")
            }
        }
        let name = proto.isEmpty ? "tcp" : proto.lowercased()
        guard ["tcp", "udp", "sctp"].contains(name) else { throw failure("invalid proto: \(proto)") }
        return range.map { Port(number: $0, protocol: name) }
    }

    private static func range(_ text: String) -> ClosedRange<UInt16>? {
        func number(_ text: String) -> UInt16? {
            guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return UInt16(text)
        }
        guard let (first, last) = text.cut(UInt8(ascii: "-")) else { return number(text).map { $0...$0 } }
        guard let low = number(first), let high = number(last), low <= high else { return nil }
        return low...high
    }
}
