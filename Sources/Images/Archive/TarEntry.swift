/// What an entry of an archive is.
package enum TarKind: Hashable, Sendable {
    case file
    case directory
    case symlink
    /// Another name of a file that came before.
    case hardLink
    case fifo
    case characterDevice
    case blockDevice
}

/// An entry of a tar archive, as it is written there. Names are bytes and not yet to be trusted.
package struct TarEntry: Sendable {
    package var path: [UInt8]
    package var kind: TarKind
    /// Permissions with setuid, setgid and sticky bit.
    package var mode: UInt32
    package var uid: UInt32
    package var gid: UInt32
    /// Bytes of content, holes included; 0 for all but files.
    package var size: Int64
    /// Of a symlink or a hard link.
    package var linkTarget: [UInt8]
    package var modified: FileTime
    package var deviceMajor: UInt32
    package var deviceMinor: UInt32
    package var attributes: [ExtendedAttribute]

    package init(
        path: [UInt8], kind: TarKind, mode: UInt32 = 0o644, uid: UInt32 = 0, gid: UInt32 = 0, size: Int64 = 0,
        linkTarget: [UInt8] = [], modified: FileTime = FileTime(seconds: 0), deviceMajor: UInt32 = 0,
        deviceMinor: UInt32 = 0, attributes: [ExtendedAttribute] = []
    ) {
        self.path = path
        self.kind = kind
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.size = size
        self.linkTarget = linkTarget
        self.modified = modified
        self.deviceMajor = deviceMajor
        self.deviceMinor = deviceMinor
        self.attributes = attributes
    }
}

/// A file's time: seconds since 1970, which may be negative, and nanoseconds.
package struct FileTime: Hashable, Sendable, Codable {
    package var seconds: Int64
    package var nanoseconds: UInt32

    package init(seconds: Int64, nanoseconds: UInt32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }
}

/// An extended attribute of a file.
package struct ExtendedAttribute: Hashable, Sendable, Codable {
    package var name: String
    package var value: [UInt8]

    package init(name: String, value: [UInt8]) {
        self.name = name
        self.value = value
    }

    /// Whether an attribute belongs to the content of an image. Overlayfs's and our own do not, nor do those that
    /// name ids or labels of this machine.
    static func isPortable(_ name: some StringProtocol) -> Bool {
        if name == "security.capability" { return true }
        return name.hasPrefix("user.") && !name.hasPrefix("user.overlay.") && !name.hasPrefix("user.lesson.")
    }
}

/// How much an archive may hold before it is refused; counted while it is read.
package struct ArchiveLimits: Sendable, Hashable {
    /// Bytes of files after decompression, holes included.
    package var bytes: Int64
    package var entries: Int

    package init(bytes: Int64 = 64 << 30, entries: Int = 4_000_000) {
        self.bytes = bytes
        self.entries = entries
    }
}
