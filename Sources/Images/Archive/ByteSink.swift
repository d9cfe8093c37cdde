import Glibc

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

    init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
        pending.reserveCapacity(Self.size)
    }

    private static let size = 256 << 10

    func write(_ bytes: UnsafeRawBufferPointer) throws(ImageError) {
        if pending.count + bytes.count <= Self.size {
            pending.append(contentsOf: bytes)
            return
        }
        try flush()
        if bytes.count >= Self.size { try writeAll(bytes) } else { pending.append(contentsOf: bytes) }
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
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer) throws(ImageError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(descriptor, part.baseAddress, part.count)
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw .system("cannot write \(name)")
            }
        }
    }
}

/// Gathers bytes in memory.
final class MemorySink: ByteSink {
    private(set) var bytes: [UInt8] = []

    func write(_ bytes: UnsafeRawBufferPointer) throws(ImageError) { self.bytes.append(contentsOf: bytes) }
}
