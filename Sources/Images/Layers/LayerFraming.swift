import Linux
import OCI
import SystemPackage

/// What a layer's archive holds besides the content of files: headers, padding, order.
///
/// With it an archive that came from elsewhere can be written again byte for byte from its snapshot, so that an image
/// keeps its digest without its archive being kept (the idea is that of tar-split, which Docker uses).
///
/// A file of records: `0`, a length of 8 bytes, and that many bytes of the archive; or `1`, a length of 8 bytes (the
/// content's), a length of 4 bytes, and a path. Numbers are little-endian. Compressed with zstd, or gzip.
enum LayerFraming {
    /// Writes framing while a layer is unpacked.
    final class Recorder {
        private let sink: any ByteSink
        private var pending: [UInt8] = []
        private var failure: ImageError?
        /// Whether the snapshot holds everything the archive held. A file that a later entry of the same layer replaced
        /// is lost, and the archive with it.
        private(set) var isComplete = true

        init(_ sink: any ByteSink) { self.sink = sink }

        func frame(_ bytes: UnsafeRawBufferPointer) throws(ImageError) {
            if let failure { throw failure }
            pending.append(contentsOf: bytes)
            if pending.count >= 64 << 10 { try flush() }
        }

        func content(_ path: FilePath, size: Int64) {
            guard size > 0, failure == nil, isComplete else { return }
            do throws(ImageError) {
                try flush()
                let name = path.bytes
                try sink.write(
                    [1] + LayerFraming.number(UInt64(size)) + LayerFraming.number(UInt64(name.count)).prefix(4) + name)
            } catch {
                failure = error
            }
        }

        /// Something that was unpacked is replaced.
        func forget() { isComplete = false }

        func finish() throws(ImageError) {
            if let failure { throw failure }
            try flush()
        }

        private func flush() throws(ImageError) {
            guard !pending.isEmpty else { return }
            try sink.write([0] + LayerFraming.number(UInt64(pending.count)))
            try sink.write(pending)
            pending.removeAll(keepingCapacity: true)
        }
    }

    private static func number(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }

    /// Writes the archive that `framing` and the snapshot under `root` make together.
    static func replay(
        _ framing: any ByteSource, root: RootedDirectory, into sink: some ByteSink
    ) throws(ImageError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        let damaged = ImageError(.corrupt, "the framing of a layer in the store is damaged")
        func exactly(_ count: Int) throws(ImageError) -> [UInt8]? {
            var bytes: [UInt8] = []
            while bytes.count < count {
                let space = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, count - bytes.count)])
                let read = try framing.read(into: space)
                if read == 0 {
                    if bytes.isEmpty { return nil }
                    throw damaged
                }
                bytes.append(contentsOf: space[..<read])
            }
            return bytes
        }
        func value(_ bytes: ArraySlice<UInt8>) -> Int64 {
            Int64(truncatingIfNeeded: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        }
        while let kind = try exactly(1)?.first {
            guard let head = try exactly(8) else { throw damaged }
            var length = value(head[...])
            guard length >= 0 else { throw damaged }
            if kind == 0 {
                while length > 0 {
                    guard let part = try exactly(Int(min(length, Int64(buffer.count)))) else { throw damaged }
                    try sink.write(part)
                    length -= Int64(part.count)
                }
            } else {
                guard kind == 1, let size = try exactly(4) else { throw damaged }
                let count = value(size[...])
                guard count > 0, count <= 4096, let name = try exactly(Int(count)) else { throw damaged }
                try FileContent(root: root, path: FilePath(bytes: name)).copy(size: length, into: sink, buffer)
            }
        }
    }
}
