import OCI

/// Hashes and counts what passes through to another source.
final class HashingSource: ByteSource {
    private let upstream: any ByteSource
    private var hasher = BackgroundHasher()
    private(set) var count: Int64 = 0

    init(_ upstream: any ByteSource) { self.upstream = upstream }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImageError) -> Int {
        let read = try upstream.read(into: buffer)
        hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<read]))
        count += Int64(read)
        return read
    }

    func finish() -> Digest { hasher.finalize() }
}

/// Hashes and counts what passes through to another sink, or to nowhere.
final class HashingSink: ByteSink {
    private let downstream: (any ByteSink)?
    private var hasher = BackgroundHasher()
    private(set) var count: Int64 = 0

    init(_ downstream: (any ByteSink)? = nil) { self.downstream = downstream }

    func write(_ bytes: UnsafeRawBufferPointer) throws(ImageError) {
        hasher.update(bytes)
        count += Int64(bytes.count)
        try downstream?.write(bytes)
    }

    func finish() -> Digest { hasher.finalize() }
}

/// Where bytes end that are only to be counted or hashed on their way.
final class NullSink: ByteSink {
    func write(_ bytes: UnsafeRawBufferPointer) {}
}
