import Glibc
import OCI
import SystemPackage

/// What a layer's listing was when it was committed: kept beside the layer so that damage can be told, and named.
struct SnapshotRecord {
    /// One line for each entry, ended by a zero byte.
    let lines: [[UInt8]]
    let fingerprint: Digest

    init(_ listing: LayerListing) {
        var lines: [[UInt8]] = []
        var hasher = SHA256Hasher()
        for entry in listing.entries {
            var line = entry.path.bytes
            // The root's time changes when overlayfs mounts it.
            let time = entry.path.isEmpty ? 0 : entry.modified.seconds
            line += Array("\u{1}\(entry.kind) \(entry.mode) \(entry.uid):\(entry.gid) \(entry.size) \(time) ".utf8)
            line += entry.linkTarget
            for attribute in entry.attributes { line += Array(attribute.name.utf8) + attribute.value }
            line.removeAll { $0 == 0 }
            line.append(0)
            hasher.update(line)
            lines.append(line)
        }
        self.lines = lines
        fingerprint = hasher.finalize()
    }

    func write(to path: FilePath) throws(ImageError) {
        let descriptor = Glibc.open(path.string, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("cannot write \(path)") }
        defer { close(descriptor) }
        let sink = DescriptorSink(descriptor: descriptor, name: path.string)
        for line in lines { try sink.write(line) }
        try sink.flush()
    }

    /// The first file that is not as it was, as its path inside the layer.
    func firstDifference(from path: FilePath) -> String? {
        guard let source = try? DescriptorSource(file: path) else { return nil }
        var bytes: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while let count = try? source.read(into: buffer), count > 0 {
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        let before = bytes.split(separator: 0)
        let differing = zip(before, lines).first { old, new in !old.elementsEqual(new.dropLast()) }
        let line =
            differing.map { old, new in old.lexicographicallyPrecedes(new) ? old : new.dropLast() }
            ?? (before.count > lines.count ? before[lines.count] : lines.dropFirst(before.count).first?.dropLast())
        return line.map { "/" + String(decoding: $0.prefix { $0 != 1 }, as: UTF8.self) }
    }
}
