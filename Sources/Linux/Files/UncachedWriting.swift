import CLinux
import Glibc

/// Writes a long file so that what it holds does not stay in memory.
///
/// An archive is seldom read as soon as it is there. Memory for it costs processor time, far more of it in a virtual
/// machine that first has to get the memory from its host, and takes the place of what is needed again. The kernel
/// writes to disk at once and keeps nothing (6.14 and newer, on some file systems). What a short file holds stays in
/// memory, and so does the rest of one whose disk is slower than compressing would be.
package struct UncachedWriting: Sendable {
    /// Bytes that are still written as ever.
    private var cached: Int
    private var pace = Pace()
    /// Whether the file system knows how, and the disk is fast, as far as it was tried.
    package private(set) var isOn = true

    /// - Parameter bytes: how long a file may be, in bytes, and stay in memory.
    package init(after bytes: Int = 128 << 20) { cached = bytes }

    /// Writes some of `bytes` where the descriptor stands, as write(2) does; how many, or a negative `errno`.
    package mutating func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
        guard isOn, cached <= 0 else {
            let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            guard count >= 0 else { return -Int(errno) }
            cached -= count
            return count
        }
        let start = ContinuousClock.now
        let count = lesson_write_uncached(descriptor, bytes.baseAddress, UInt(bytes.count))
        guard count >= 0 else {
            guard [-Int(EOPNOTSUPP), -Int(EINVAL), -Int(ENOSYS)].contains(count) else { return count }
            isOn = false
            return write(bytes, to: descriptor)
        }
        isOn = pace.isKept(writing: count, in: .now - start)
        return count
    }

    /// Whether a disk takes what it is given at half a gigabyte a second, asked again and again.
    struct Pace: Sendable {
        private var bytes = 0
        private var time = Duration.zero

        /// Long enough for one hiccup to make no difference.
        static let window = 128 << 20
        static let limit = Duration.milliseconds(250)

        mutating func isKept(writing count: Int, in duration: Duration) -> Bool {
            bytes += count
            time += duration
            guard bytes >= Self.window else { return true }
            defer { (bytes, time) = (0, .zero) }
            return time <= Self.limit
        }
    }
}
