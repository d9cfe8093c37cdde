import Glibc
import Linux

/// Where bytes go. Used by one thread.
protocol ByteSink: AnyObject {
    func write(_ bytes: UnsafeRawBufferPointer) throws(ImageError)
}

extension ByteSink {
    func write(_ bytes: [UInt8]) throws(ImageError) {
        let copy = bytes
        var failure: ImageError?
        copy.withUnsafeBytes { buffer in
            do throws(ImageError) { try write(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}

/// Writes to a descriptor that somebody else owns, in pieces of a good size.
final class DescriptorSink: ByteSink {
    private let descriptor: Int32
    private let name: String
    private var pending: [UInt8] = []
    private var uncached: UncachedWriting?
    /// How many bytes are gathered before they are written.
    private var goal: Int

    /// - Parameter uncached: how a file is written that may be long, and that nobody reads soon.
    init(descriptor: Int32, name: String, uncached: UncachedWriting? = nil) {
        self.descriptor = descriptor
        self.name = name
        self.uncached = uncached
        goal = uncached == nil ? Self.size : Self.uncachedSize
        pending.reserveCapacity(goal)
        setGoal()
    }

    private static let size = 256 << 10
    /// Each piece of what is not cached is a write to the disk.
    private static let uncachedSize = 1 << 20

    func write(_ bytes: UnsafeRawBufferPointer) throws(ImageError) {
        guard uncached == nil else { return try gather(bytes) }
        if pending.count + bytes.count <= goal {
            pending.append(contentsOf: bytes)
            return
        }
        try flush()
        if bytes.count >= goal { try writeAll(bytes) } else { pending.append(contentsOf: bytes) }
    }

    /// Writes whole pieces only: a page that is not kept would have to be read again for its other half.
    private func gather(_ bytes: UnsafeRawBufferPointer) throws(ImageError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(goal - pending.count)
            pending.append(contentsOf: UnsafeRawBufferPointer(rebasing: part))
            rest = rest.dropFirst(part.count)
            if pending.count == goal { try flush() }
        }
    }

    /// The next piece ends where a piece ends in the file, wherever the descriptor stands.
    private func setGoal() {
        guard uncached != nil else { return }
        goal = Self.uncachedSize - max(0, lseek(descriptor, 0, SEEK_CUR)) % Self.uncachedSize
    }

    /// To be called at the end.
    func flush() throws(ImageError) {
        guard !pending.isEmpty else { return }
        var failure: ImageError?
        pending.withUnsafeBytes { buffer in
            do throws(ImageError) { try writeAll(buffer) } catch { failure = error }
        }
        pending.removeAll(keepingCapacity: true)
        if let failure { throw failure }
        setGoal()
    }

    // MARK: - going back

    /// Whether what was written to a descriptor can be written over: to a file, unless all goes to its end.
    static func canGoBack(_ descriptor: Int32) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        let flags = fcntl(descriptor, F_GETFL)
        return flags >= 0 && flags & O_APPEND == 0
    }

    /// Where the next byte goes.
    func position() throws(ImageError) -> Int {
        try flush()
        let position = lseek(descriptor, 0, SEEK_CUR)
        guard position >= 0 else { throw .system("cannot write \(name)") }
        return position
    }

    /// Writes over what was written at a position.
    func rewrite(_ bytes: [UInt8], at position: Int) throws(ImageError) {
        try flush()
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                pwrite(descriptor, buffer.baseAddress.map { $0 + done }, bytes.count - done, position + done)
            }
            if count >= 0 {
                done += count
            } else if errno != EINTR {
                throw .system("cannot write \(name)")
            }
        }
    }

    /// Takes back all from a position on.
    func cut(at position: Int) throws(ImageError) {
        pending.removeAll(keepingCapacity: true)
        guard ftruncate(descriptor, position) == 0, lseek(descriptor, position, SEEK_SET) == position else {
            throw .system("cannot write \(name)")
        }
        setGoal()
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer) throws(ImageError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = put(part)
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if count != -Int(EINTR) {
                throw .system("cannot write \(name)", errno: Int32(-count))
            }
        }
    }

    /// How many bytes were written, or a negative `errno`.
    private func put(_ bytes: UnsafeRawBufferPointer) -> Int {
        if let count = uncached?.write(bytes, to: descriptor) { return count }
        let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        return count >= 0 ? count : -Int(errno)
    }
}

/// Gathers bytes in memory.
final class MemorySink: ByteSink {
    private(set) var bytes: [UInt8] = []

    func write(_ bytes: UnsafeRawBufferPointer) throws(ImageError) { self.bytes.append(contentsOf: bytes) }
}
