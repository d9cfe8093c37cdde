import OCI
package import SystemPackage

/// One name of a layer, as the layer's archive would hold it. Ids are the container's.
package struct LayerEntry: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case file
        /// A directory; an opaque one hides all that layers below have in it.
        case directory(opaque: Bool)
        case symlink
        /// Another name of a file that comes earlier in the listing: `linkTarget` says which.
        case hardLink
        case fifo
        case characterDevice(major: UInt32, minor: UInt32)
        case blockDevice(major: UInt32, minor: UInt32)
        /// What layers below have of this name is gone.
        case whiteout
    }

    /// The bytes of its path, relative to the root; the root itself has none.
    package var name: [UInt8]
    package var kind: Kind
    /// Permissions with setuid, setgid and sticky bit.
    package var mode: UInt32
    package var uid: UInt32
    package var gid: UInt32
    /// Bytes of a file, holes included; 0 for everything else, a hard link too.
    package var size: Int64
    /// Of a symlink, byte for byte; of a hard link the path of the other name.
    package var linkTarget: [UInt8]
    /// In whole seconds, as archives have it.
    package var modified: FileTime
    /// Those that belong to the image, sorted by name.
    package var attributes: [ExtendedAttribute]

    package init(
        name: [UInt8], kind: Kind, mode: UInt32, uid: UInt32 = 0, gid: UInt32 = 0, size: Int64 = 0,
        linkTarget: [UInt8] = [], modified: FileTime = FileTime(seconds: 0), attributes: [ExtendedAttribute] = []
    ) {
        self.name = name
        self.kind = kind
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.size = size
        self.linkTarget = linkTarget
        self.modified = modified
        self.attributes = attributes
    }

    package init(
        path: FilePath, kind: Kind, mode: UInt32, uid: UInt32 = 0, gid: UInt32 = 0, size: Int64 = 0,
        linkTarget: [UInt8] = [], modified: FileTime = FileTime(seconds: 0), attributes: [ExtendedAttribute] = []
    ) {
        self.init(
            name: path.bytes, kind: kind, mode: mode, uid: uid, gid: gid, size: size, linkTarget: linkTarget,
            modified: modified, attributes: attributes)
    }

    /// Relative to the root; the root itself is the empty path.
    package var path: FilePath { FilePath(bytes: name) }

    package var isRoot: Bool { name.isEmpty }

    package var isDirectory: Bool { if case .directory = kind { true } else { false } }
}

/// What a layer adds, changes and takes away: parents before children, siblings by the bytes of their names.
package struct LayerListing: Hashable, Sendable {
    package var entries: [LayerEntry]

    package init(entries: [LayerEntry]) { self.entries = entries }

    /// The size of the layer's uncompressed archive in bytes, its end of 1024 zero bytes included, without packing it.
    package var tarBytes: Int64 {
        entries.lazy.flatMap(\.tarEntries).map(TarHeader.storedSize).sizeSum.addingSize(1024)
    }

    /// Bytes of all files.
    package var contentBytes: Int64 { entries.lazy.map(\.size).sizeSum }
}

/// The names by which layers say that something below is gone (OCI image-spec, "Whiteouts").
enum Whiteout {
    static let prefix = Array(".wh.".utf8)
    static let opaque = Array(".wh..wh..opq".utf8)
}

extension LayerEntry {
    /// How this entry stands in the layer's archive: none for a root that says nothing new, two for an opaque directory.
    var tarEntries: [TarEntry] {
        var entry = TarEntry(
            path: name, kind: .file, mode: mode, uid: uid, gid: gid, size: size, linkTarget: linkTarget,
            modified: FileTime(seconds: modified.seconds), attributes: attributes)
        switch kind {
        case .file: break
        case .symlink: entry.kind = .symlink
        case .hardLink: entry.kind = .hardLink
        case .fifo: entry.kind = .fifo
        case .characterDevice(let major, let minor):
            entry.kind = .characterDevice
            (entry.deviceMajor, entry.deviceMinor) = (major, minor)
        case .blockDevice(let major, let minor):
            entry.kind = .blockDevice
            (entry.deviceMajor, entry.deviceMinor) = (major, minor)
        case .directory(let opaque):
            entry.kind = .directory
            // A root as every image has it is left out, as Docker does.
            let isPlainRoot = name.isEmpty && mode == 0o755 && uid == 0 && gid == 0 && attributes.isEmpty
            entry.path = (name.isEmpty ? [UInt8(ascii: ".")] : name) + [UInt8(ascii: "/")]
            let directory = isPlainRoot ? [] : [entry]
            guard opaque else { return directory }
            let marker = (name.isEmpty ? [] : name + [UInt8(ascii: "/")]) + Whiteout.opaque
            // A root that is left out leaves no trace of when it was made.
            let time = directory.isEmpty ? FileTime(seconds: 0) : entry.modified
            return directory + [TarEntry(path: marker, kind: .file, mode: 0o644, modified: time)]
        case .whiteout:
            let last = name.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
            let marker = name[..<last] + Whiteout.prefix + name[last...]
            return [
                TarEntry(
                    path: Array(marker), kind: .file, mode: 0o644, modified: FileTime(seconds: modified.seconds))
            ]
        }
        return [entry]
    }
}

extension FilePath {
    /// The path's own bytes, not those of its text.
    package var bytes: [UInt8] {
        withPlatformString { pointer in
            Array(UnsafeRawBufferPointer(start: pointer, count: length))
        }
    }

    /// The path of these bytes, which hold no zero.
    package init(bytes: some Collection<UInt8>) {
        let terminated = bytes.map { CChar(bitPattern: $0) } + [0]
        self = terminated.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { FilePath(platformString: $0) } ?? FilePath()
        }
    }
}
