import Glibc
import Linux
import OCI
import SystemPackage

/// What a layer's listing was when it was committed: kept beside the layer, so that damage can be told and named, and that
/// what the layer holds is known without a walk.
///
/// The store's database has the fingerprint of these bytes. A file that has another one (cut off, of another layer, of an
/// older program) says nothing, and is written anew from the layer.
struct SnapshotRecord {
    let bytes: [UInt8]
    let fingerprint: String

    /// The file's name beside the layer.
    static let fileName = "listing"
    /// Begins every file, and changes with the form.
    private static let magic = Array("lesson listing 2\n".utf8)
    /// Begins every fingerprint: what the program wrote before had only the digest.
    private static let fingerprintPrefix = "2 "

    init(_ listing: LayerListing) {
        var encoder = Encoder()
        encoder.bytes.reserveCapacity(64 + listing.entries.count * 80)
        encoder.bytes += Self.magic
        encoder.number(UInt64(listing.entries.count))
        for entry in listing.entries { encoder.add(entry) }
        bytes = encoder.bytes
        fingerprint = Self.fingerprint(of: bytes)
    }

    private static func fingerprint(of bytes: [UInt8]) -> String {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        return fingerprintPrefix + hasher.finalize().description
    }

    /// Whether a fingerprint is of this form, so that a layer can be compared with it.
    static func knows(_ fingerprint: String) -> Bool { fingerprint.hasPrefix(fingerprintPrefix) }

    /// Writes the file so that it is whole or not there.
    func write(to path: FilePath) throws(ImageError) {
        let draft = FilePath(path.string + ".new")
        let descriptor = OwnedDescriptor(
            Glibc.open(draft.string, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600))
        guard descriptor.rawValue >= 0 else { throw .system("cannot write \(path)") }
        let sink = DescriptorSink(descriptor: descriptor.rawValue, name: path.string)
        try sink.write(bytes)
        try sink.flush()
        guard rename(draft.string, path.string) == 0 else { throw .system("cannot write \(path)") }
    }

    /// What it takes on disk.
    var diskBytes: Int64 { Int64(bytes.count + 4095) / 4096 * 4096 }

    /// The listing in a file, its root without a time; nil when the file has not this fingerprint.
    static func read(_ path: FilePath, fingerprint: String) -> LayerListing? {
        guard knows(fingerprint), let bytes = contents(path), self.fingerprint(of: bytes) == fingerprint else {
            return nil
        }
        return listing(in: bytes)
    }

    /// The first file that is not as a file of this form says, as its path inside the layer.
    static func firstDifference(of listing: LayerListing, from path: FilePath) -> String? {
        guard let before = contents(path).flatMap({ self.listing(in: $0) }) else { return nil }
        let (old, new) = (before.entries, listing.entries)
        var index = 0
        while index < old.count, index < new.count, old[index] == new[index].withoutTimeOfRoot { index += 1 }
        // Of two names the one that comes first is missing in the other.
        let names = [old, new].compactMap { $0.indices.contains(index) ? $0[index].name : nil }
        return names.min { $0.lexicographicallyPrecedes($1) }.map { "/" + String(decoding: $0, as: UTF8.self) }
    }

    /// More than any layer's has: about four million files.
    private static let sizeLimit: Int64 = 1 << 30

    private static func contents(_ path: FilePath) -> [UInt8]? {
        let file = OwnedDescriptor(
            Glibc.open(path.string, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC))
        var status = stat()
        guard file.rawValue >= 0, fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_size <= sizeLimit
        else { return nil }
        return [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, filled in
            while filled < buffer.count {
                let got = Glibc.read(file.rawValue, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { break }
                filled += got
            }
        }
    }

    private static func listing(in bytes: [UInt8]) -> LayerListing? {
        bytes.withUnsafeBytes { buffer in
            guard buffer.starts(with: magic) else { return nil }
            var decoder = Decoder(bytes: buffer, position: magic.count)
            guard let count = decoder.number(UInt64.self), count <= UInt64(buffer.count) else { return nil }
            var entries: [LayerEntry] = []
            entries.reserveCapacity(Int(count))
            for _ in 0..<count {
                guard let entry = decoder.entry() else { return nil }
                entries.append(entry)
            }
            return decoder.isAtEnd ? LayerListing(entries: entries) : nil
        }
    }
}

extension LayerEntry {
    /// The root's time changes when overlayfs mounts it.
    fileprivate var withoutTimeOfRoot: LayerEntry {
        var entry = self
        if isRoot { entry.modified = FileTime(seconds: 0) }
        return entry
    }
}

extension SnapshotRecord {
    /// Numbers are little-endian and of a fixed size, texts have their length before them.
    private struct Encoder {
        var bytes: [UInt8] = []

        mutating func number(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }

        mutating func text(_ text: some Collection<UInt8>) {
            number(UInt32(text.count))
            bytes.append(contentsOf: text)
        }

        mutating func add(_ entry: LayerEntry) {
            bytes.append(entry.kind.code)
            number(entry.mode)
            number(entry.uid)
            number(entry.gid)
            number(entry.size)
            number(entry.withoutTimeOfRoot.modified.seconds)
            if let (major, minor) = entry.kind.device {
                number(major)
                number(minor)
            }
            text(entry.name)
            text(entry.linkTarget)
            number(UInt32(entry.attributes.count))
            for attribute in entry.attributes {
                text(attribute.name.utf8)
                text(attribute.value)
            }
        }
    }

    private struct Decoder {
        let bytes: UnsafeRawBufferPointer
        var position: Int

        var isAtEnd: Bool { position == bytes.count }

        mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
            let size = MemoryLayout<Number>.size
            guard bytes.count - position >= size else { return nil }
            defer { position += size }
            return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
        }

        mutating func text() -> [UInt8]? {
            guard let count = number(UInt32.self).map(Int.init), bytes.count - position >= count else { return nil }
            defer { position += count }
            return count == 0 ? [] : Array(bytes[position..<(position + count)])
        }

        mutating func entry() -> LayerEntry? {
            guard let code = number(UInt8.self), let mode = number(UInt32.self), let uid = number(UInt32.self),
                let gid = number(UInt32.self), let size = number(Int64.self), let seconds = number(Int64.self),
                let kind = kind(code), let name = text(), let target = text(), let count = number(UInt32.self)
            else { return nil }
            var entry = LayerEntry(
                name: name, kind: kind, mode: mode, uid: uid, gid: gid, size: size, linkTarget: target,
                modified: FileTime(seconds: seconds))
            for _ in 0..<count {
                guard let name = text(), let value = text() else { return nil }
                entry.attributes.append(
                    ExtendedAttribute(name: String(decoding: name, as: UTF8.self), value: value))
            }
            return entry
        }

        private mutating func kind(_ code: UInt8) -> LayerEntry.Kind? {
            switch code {
            case 0: return .file
            case 1: return .directory(opaque: false)
            case 2: return .directory(opaque: true)
            case 3: return .symlink
            case 4: return .hardLink
            case 5: return .fifo
            case 6, 7:
                guard let major = number(UInt32.self), let minor = number(UInt32.self) else { return nil }
                return code == 6
                    ? .characterDevice(major: major, minor: minor) : .blockDevice(major: major, minor: minor)
            case 8: return .whiteout
            default: return nil
            }
        }
    }
}

extension LayerEntry.Kind {
    /// Its number in the file.
    fileprivate var code: UInt8 {
        switch self {
        case .file: 0
        case .directory(opaque: false): 1
        case .directory(opaque: true): 2
        case .symlink: 3
        case .hardLink: 4
        case .fifo: 5
        case .characterDevice: 6
        case .blockDevice: 7
        case .whiteout: 8
        }
    }

    fileprivate var device: (major: UInt32, minor: UInt32)? {
        switch self {
        case .characterDevice(let major, let minor), .blockDevice(let major, let minor): (major, minor)
        default: nil
        }
    }
}
