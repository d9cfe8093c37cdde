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
