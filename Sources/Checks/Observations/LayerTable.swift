/// What one layer holds: the entries of its snapshot, in any order.
package struct LayerTable: Sendable, Hashable, Codable {
    /// The store's id of the snapshot.
    package var id: String
    package var entries: [Entry]

    package init(id: String, entries: [Entry]) {
        self.id = id
        self.entries = entries
    }

    /// The same with its entries in the order of a tree, as listings are: see ``ImagePath/precedesInTree(_:_:)``.
    package var inTreeOrder: LayerTable {
        let isSorted = zip(entries, entries.dropFirst()).allSatisfy { !ImagePath.precedesInTree($1.path, $0.path) }
        return isSorted
            ? self : LayerTable(id: id, entries: entries.sorted { ImagePath.precedesInTree($0.path, $1.path) })
    }

    package struct Entry: Sendable, Hashable, Codable {
        package var path: ImagePath
        package var kind: Kind
        /// Permission bits, 07777.
        package var mode: UInt16
        package var uid: UInt32
        package var gid: UInt32
        /// In bytes; 0 for what has no content.
        package var size: Int64
        /// Of a symbolic link: its text.
        package var target: [UInt8]?

        package init(
            path: ImagePath, kind: Kind, mode: UInt16 = 0o644, uid: UInt32 = 0, gid: UInt32 = 0, size: Int64 = 0,
            target: [UInt8]? = nil
        ) {
            self.path = path
            self.kind = kind
            self.mode = mode
            self.uid = uid
            self.gid = gid
            self.size = size
            self.target = target
        }
    }

    package enum Kind: String, Sendable, Hashable, Codable {
        case file
        case directory
        /// A directory that hides what lower layers have in it.
        case opaqueDirectory
        case symlink
        case hardlink
        case fifo
        case device
        case socket
        /// The path is deleted.
        case whiteout

        package var isDirectory: Bool { self == .directory || self == .opaqueDirectory }

        /// For messages.
        package var noun: String {
            switch self {
            case .file: "file"
            case .directory, .opaqueDirectory: "directory"
            case .symlink: "symbolic link"
            case .hardlink: "hard link"
            case .fifo: "FIFO"
            case .device: "device"
            case .socket: "socket"
            case .whiteout: "deletion"
            }
        }
    }
}
