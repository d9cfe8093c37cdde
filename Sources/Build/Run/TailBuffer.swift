import Synchronization

/// The last output of a step, at most 64 KiB.
final class TailBuffer: Sendable {
    static let limit = 64 << 10
    private let bytes = Mutex<[UInt8]>([])

    func append(_ more: [UInt8]) {
        bytes.withLock { bytes in
            bytes += more.suffix(Self.limit)
            // Cut rarely, so that each byte moves a bounded number of times.
            if bytes.count > 4 * Self.limit { bytes.removeFirst(bytes.count - Self.limit) }
        }
    }

    var content: [UInt8] { bytes.withLock { Array($0.suffix(Self.limit)) } }
}
