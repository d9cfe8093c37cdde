/// An id that no mapping reaches.
package struct IdentityOutOfRange: Error, Hashable, Sendable, CustomStringConvertible {
    package var id: UInt32
    /// The ids there are in a container: 0 up to, and without, this.
    package var count: UInt32

    package var description: String {
        count == 1
            ? "id \(id) cannot be had: only one id is mapped here, 0"
            : "id \(id) cannot be had: ids from 0 to \(count - 1) are mapped here"
    }
}

/// How a container's ids are seen by the engine and on disk: container id c is engine id c + `offset`, for c below `count`.
///
/// Container root is so never the person who runs the engine, unless there is only one id.
package struct IdentityMapping: Hashable, Codable, Sendable {
    package var offset: UInt32
    /// How many ids a container has, 1 to 65536.
    package var count: UInt32

    package init(offset: UInt32, count: UInt32) {
        self.offset = offset
        self.count = count
    }

    /// The mapping where no subordinate ids are to be had.
    package static let single = IdentityMapping(offset: 0, count: 1)

    /// Only one id: ownership and changes of user are emulated.
    package var isSingle: Bool { count == 1 }

    /// The engine's id of a container's; with one id everything is that id.
    package func engineID(ofContainer id: UInt32) throws(IdentityOutOfRange) -> UInt32 {
        if isSingle, id < 0x8000_0000 { return offset }
        guard id < count else { throw IdentityOutOfRange(id: id, count: count) }
        return id + offset
    }

    /// The container's id of one on disk; 65534 (nobody) for one that is not the container's.
    package func containerID(ofEngine id: UInt32) -> UInt32 {
        guard id >= offset, id - offset < count else { return 65534 }
        return id - offset
    }
}
