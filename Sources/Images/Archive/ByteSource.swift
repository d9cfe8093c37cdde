import Glibc
package import SystemPackage

/// Where an archive is read from.
package enum ArchiveSource: Sendable {
    case file(FilePath)
    /// An open descriptor, read from where it stands to its end; it stays open.
    case descriptor(Int32)
    case bytes([UInt8])
}

/// Bytes that come in pieces. Used by one thread.
protocol ByteSource: AnyObject {
    /// Fills some of `buffer`; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImageError) -> Int
    /// Goes on without reading; false when that cannot be done here.
    func skip(_ count: Int64) -> Bool
}

extension ByteSource {
    func skip(_ count: Int64) -> Bool { false }
}

/// The bytes of a file or a pipe.
final class DescriptorSource: ByteSource {
    private let descriptor: Int32
    private let owned: Bool
    /// What to call it in an error.
    private let name: String
    /// Bytes still to be read of it.
    private var rest: Int64

    init(descriptor: Int32, name: String, limit: Int64 = .max) {
        self.descriptor = descriptor
        self.name = name
        owned = false
        rest = limit
    }

    init(file path: FilePath) throws(ImageError) {
        descriptor = Glibc.open(path.string, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw .system("cannot open \(path.string)") }
        name = path.string
        owned = true
        rest = .max
    }

    deinit { if owned { close(descriptor) } }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImageError) -> Int {
        guard rest > 0 else { return 0 }
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, Int(min(Int64(buffer.count), rest)))
            if count >= 0 {
                rest -= Int64(count)
                return count
            }
            guard errno == EINTR else { throw .system("cannot read \(name)") }
        }
    }
}

/// The bytes of a file, or of a part of it, read without moving its offset.
final class PositionedSource: ByteSource {
    private let descriptor: Int32
    private var position: Int
    private let end: Int

    init(descriptor: Int32, offset: Int64 = 0, size: Int64 = .max) {
        self.descriptor = descriptor
        position = Int(offset)
        end = size > .max - offset ? .max : Int(offset + size)
    }

    func skip(_ count: Int64) -> Bool {
        guard count <= Int64(end - position) else { return false }
        position += Int(count)
        return true
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImageError) -> Int {
        while true {
            let count = pread(descriptor, buffer.baseAddress, min(buffer.count, end - position), position)
            if count >= 0 {
                position += count
                return count
            }
            guard errno == EINTR else { throw .system("cannot read the archive") }
        }
    }
}

/// Bytes in memory.
final class MemorySource: ByteSource {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImageError) -> Int {
        let count = min(buffer.count, bytes.count - position)
        guard count > 0 else { return 0 }
        buffer.copyBytes(from: bytes[position..<position + count])
        position += count
        return count
    }
}

extension ArchiveSource {
    func open() throws(ImageError) -> any ByteSource {
        switch self {
        case .file(let path): try DescriptorSource(file: path)
        case .descriptor(let descriptor): DescriptorSource(descriptor: descriptor, name: "the archive")
        case .bytes(let bytes): MemorySource(bytes)
        }
    }
}
