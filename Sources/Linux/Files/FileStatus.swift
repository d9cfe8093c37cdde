import CLinux
package import SystemPackage

/// What a name in a directory stands for.
package enum FileKind: Hashable, Sendable {
    case regular, directory, symbolicLink, fifo, socket, characterDevice, blockDevice, unknown

    init(mode: UInt32) {
        switch mode & 0o170000 {
        case 0o100000: self = .regular
        case 0o040000: self = .directory
        case 0o120000: self = .symbolicLink
        case 0o010000: self = .fifo
        case 0o140000: self = .socket
        case 0o020000: self = .characterDevice
        case 0o060000: self = .blockDevice
        default: self = .unknown
        }
    }

    /// As `st_mode` has it.
    var typeBits: UInt32 {
        switch self {
        case .regular: 0o100000
        case .directory: 0o040000
        case .symbolicLink: 0o120000
        case .fifo: 0o010000
        case .socket: 0o140000
        case .characterDevice: 0o020000
        case .blockDevice: 0o060000
        case .unknown: 0
        }
    }

    init(directoryEntryType type: UInt8) {
        self.init(mode: UInt32(type) << 12)
    }
}

/// What the kernel knows of a file. Ids are the engine's, as on disk.
package struct FileStatus: Hashable, Sendable {
    package var kind: FileKind
    /// Permission bits with set-id and sticky bits: 0 to 0o7777.
    package var mode: UInt32
    package var uid: UInt32
    package var gid: UInt32
    /// Bytes.
    package var size: Int64
    /// Modification time, seconds since 1970, may be negative.
    package var modifiedSeconds: Int64
    package var modifiedNanoseconds: UInt32
    package var inode: UInt64
    package var device: UInt64
    package var linkCount: UInt32
    /// For devices: which.
    package var specialDevice: UInt64
    /// Units of 512 bytes that are allocated.
    package var blocks: Int64
    /// When content or attributes last changed, which nobody can set.
    package var changed: Stamp
    /// When it was made; zero where the file system does not know.
    package var born: Stamp

    /// A moment as file systems keep it.
    package struct Stamp: Hashable, Comparable, Sendable {
        /// Since 1970.
        package var seconds: Int64
        package var nanoseconds: UInt32

        package static func < (a: Stamp, b: Stamp) -> Bool {
            (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds)
        }
    }

    /// An overlayfs whiteout: a character device 0/0.
    package var isWhiteout: Bool { kind == .characterDevice && specialDevice == 0 }

    init(_ status: lesson_status) {
        kind = FileKind(mode: status.mode)
        mode = status.mode & 0o7777
        uid = status.uid
        gid = status.gid
        size = Int64(clamping: status.size)
        modifiedSeconds = status.modified_seconds
        modifiedNanoseconds = status.modified_nanoseconds
        inode = status.inode
        device = status.device
        linkCount = status.link_count
        specialDevice = status.special_device
        blocks = Int64(clamping: status.blocks)
        changed = Stamp(seconds: status.changed_seconds, nanoseconds: status.changed_nanoseconds)
        born = Stamp(seconds: status.born_seconds, nanoseconds: status.born_nanoseconds)
    }

    /// The status of an open file.
    package init(of descriptor: OwnedDescriptor) throws(LinuxError) {
        var status = lesson_status()
        try check(lesson_status_at(descriptor.rawValue, "", LESSON_AT_EMPTY_PATH, &status), "examine an open file")
        self.init(status)
    }
}

/// A name in a directory.
package struct DirectoryEntry: Hashable, Sendable {
    package var name: FilePath.Component
    package var kind: FileKind

    package init(name: FilePath.Component, kind: FileKind) {
        self.name = name
        self.kind = kind
    }
}
