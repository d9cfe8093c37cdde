import Dispatch
import OCI
import Synchronization

/// Hashes what one thread hands it on another, so that hashing takes no time of whoever reads or writes.
///
/// Little is hashed at once: it begins to work aside with the first piece that is full.
struct BackgroundHasher: ~Copyable {
    /// What both threads know.
    private final class Channel: Sendable {
        struct State {
            /// In order; an empty one ends it.
            var waiting: [[UInt8]] = []
            /// Used ones, to be filled again.
            var spare: [[UInt8]] = []
            /// Of everything, once the work has ended.
            var hasher = SHA256Hasher()
        }

        let state = Mutex(State())
        let filled = DispatchSemaphore(value: 0)
        let free = DispatchSemaphore(value: BackgroundHasher.pieces)
        let done = DispatchSemaphore(value: 0)

        func send(_ piece: [UInt8]) {
            state.withLock { $0.waiting.append(piece) }
            filled.signal()
        }

        func work() {
            var hasher = SHA256Hasher()
            while true {
                filled.wait()
                var piece = state.withLock { $0.waiting.removeFirst() }
                if piece.isEmpty { break }
                hasher.update(piece)
                piece.removeAll(keepingCapacity: true)
                state.withLock { $0.spare.append(piece) }
                free.signal()
            }
            let all = hasher
            state.withLock { $0.hasher = all }
            done.signal()
        }
    }

    private static let queue = DispatchQueue(label: "lesson.images.hashing", attributes: .concurrent)
    /// Bytes of a piece, and how many are on the way at most.
    private static let size = 256 << 10
    private static let pieces = 4

    private var channel: Channel?
    private var piece: [UInt8] = []

    init() {}

    deinit {
        // Whoever gave up lets the other go.
        channel?.send([])
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.size - piece.count)
            piece.append(contentsOf: UnsafeRawBufferPointer(rebasing: part))
            rest = rest.dropFirst(part.count)
            if piece.count == Self.size { pass() }
        }
    }

    private mutating func pass() {
        let channel: Channel
        if let started = self.channel {
            channel = started
        } else {
            channel = Channel()
            self.channel = channel
            Self.queue.async { channel.work() }
        }
        channel.free.wait()
        channel.send(piece)
        piece = channel.state.withLock { $0.spare.popLast() } ?? []
        piece.reserveCapacity(Self.size)
    }

    /// The digest of all there was; the hasher begins anew.
    mutating func finalize() -> Digest {
        guard let channel else {
            let digest = Digest.sha256(of: piece)
            piece = []
            return digest
        }
        if !piece.isEmpty { pass() }
        channel.send([])
        channel.done.wait()
        self.channel = nil
        piece = []
        return channel.state.withLock { $0.hasher.finalize() }
    }
}
