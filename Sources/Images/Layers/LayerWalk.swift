import Glibc
import Linux
import OCI
import SystemPackage

/// Reads an overlayfs upper directory in place, as the layer it is.
///
/// It is ours and does not change while it is read, but a learner's steps filled it: nothing in it is followed.
struct LayerWalk {
    let root: RootedDirectory
    let ids: IdentityMapping

    private struct Inode: Hashable {
        let device: UInt64
        let number: UInt64
    }

    /// An entry that was examined and not yet listed.
    private struct Found {
        var entry: LayerEntry
        /// Of a file with several names.
        var inode: Inode?
        /// What it takes on disk.
        var diskBytes: Int64 = 0
    }

    /// Every entry, parents first, siblings by the bytes of their names. Depth costs no stack.
    func listing() throws(ImageError) -> LayerListing { try measured().listing }

    /// Every entry, and about what all of them take on disk: holes in files take nothing.
    func measured() throws(ImageError) -> (listing: LayerListing, diskBytes: Int64) {
        var diskBytes: Int64 = 0
        var entries: [LayerEntry] = []
        var linked: [Inode: [UInt8]] = [:]
        var waiting: [Found] = []
        let top = Directory(root)
        if let top = try examine(Array(".".utf8), in: top, path: []) { waiting.append(top) }
        while var found = waiting.popLast() {
            if let inode = found.inode {
                if let first = linked[inode] {
                    found.entry.kind = .hardLink
                    found.entry.linkTarget = first
                    found.entry.size = 0
                    found.entry.attributes = []
                    found.diskBytes = 0
                } else {
                    linked[inode] = found.entry.name
                }
            }
            entries.append(found.entry)
            diskBytes = diskBytes.addingSize(found.diskBytes)
            guard found.entry.isDirectory else { continue }
            var path = found.entry.name
            guard path.count < 4000 else {
                throw ImageError(.unsupported, "a path in the layer is longer than 4000 bytes")
            }
            let directory: Directory
            var names: [[UInt8]]
            do throws(LinuxError) {
                let place = try path.isEmpty ? root : root.subdirectory(found.entry.path, followingLast: false)
                names = try place.names()
                directory = Directory(place)
            } catch {
                throw ImageError(error)
            }
            if !path.isEmpty { path.append(UInt8(ascii: "/")) }
            // The last is listed next.
            names.sort { $1.lexicographicallyPrecedes($0) }
            for name in names {
                if let found = try examine(name, in: directory, path: path + name) { waiting.append(found) }
            }
        }
        return (LayerListing(entries: entries), diskBytes)
    }

    /// A directory whose names are examined.
    private struct Directory {
        let root: RootedDirectory
        let attributes: [CChar]

        init(_ root: RootedDirectory) {
            self.root = root
            attributes = LayerAttributes.prefix(of: root.descriptor.rawValue)
        }

        var descriptor: Int32 { root.descriptor.rawValue }
    }

    /// What a name stands for; nil for a socket, which means nothing without the process that made it: Docker leaves
    /// them out of layers too.
    private func examine(
        _ name: [UInt8], in directory: Directory, path: [UInt8]
    ) throws(ImageError) -> Found? {
        let terminated = name.map { CChar(bitPattern: $0) } + [0]
        var status = stat()
        guard fstatat(directory.descriptor, terminated, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw ImageError.system("cannot examine \(FilePath(bytes: path))")
        }
        var entry = LayerEntry(
            name: path, kind: .file, mode: status.st_mode & 0o7777, uid: ids.containerID(ofEngine: status.st_uid),
            gid: ids.containerID(ofEngine: status.st_gid), modified: FileTime(seconds: Int64(status.st_mtim.tv_sec)))
        let type = status.st_mode & S_IFMT
        if type == S_IFCHR, status.st_rdev == 0 {
            entry.kind = .whiteout
            entry.mode = 0
            (entry.uid, entry.gid) = (0, 0)
            return Found(entry: entry)
        }
        let attributes = try LayerAttributes.all(at: directory.attributes + terminated)
        let isOpaque = attributes.contains { $0.name == LayerAttributes.opaque && $0.value.first == UInt8(ascii: "y") }
        for attribute in attributes {
            if attribute.name == LayerAttributes.owner, ids.isSingle {
                let parts = String(decoding: attribute.value, as: UTF8.self).split(separator: ":").map { UInt32($0) }
                if parts.count == 2, let uid = parts[0], let gid = parts[1] { (entry.uid, entry.gid) = (uid, gid) }
            }
            guard ExtendedAttribute.isPortable(attribute.name) else { continue }
            var portable = attribute
            if attribute.name == "security.capability" {
                portable.value = LayerAttributes.portable(attribute.value, ids: ids)
            }
            entry.attributes.append(portable)
        }
        var inode: Inode?
        if type != S_IFDIR, status.st_nlink > 1 {
            inode = Inode(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
        }
        switch type {
        case S_IFDIR: entry.kind = .directory(opaque: isOpaque)
        case S_IFLNK:
            entry.kind = .symlink
            entry.mode = 0o777
            entry.linkTarget = try Self.linkTarget(in: directory.descriptor, terminated, path)
        case S_IFIFO: entry.kind = .fifo
        case S_IFREG:
            entry.size = Int64(status.st_size)
            if let value = attributes.first(where: { $0.name == LayerAttributes.device })?.value,
                let device = Self.device(value)
            {
                (entry.kind, entry.mode) = device
            }
        case S_IFSOCK: return nil
        default:
            throw ImageError(.unsupported, "\(FilePath(bytes: path)) is a device that a layer cannot hold")
        }
        // The inode and the name take something too.
        let overhead: Int64 = entry.isDirectory ? 4096 : 256
        let blocks = type == S_IFREG ? min(Int64(clamping: status.st_blocks), .max / 512) * 512 : 0
        return Found(entry: entry, inode: inode, diskBytes: blocks.addingSize(overhead))
    }

    private static func linkTarget(
        in directory: Int32, _ name: [CChar], _ path: [UInt8]
    ) throws(ImageError) -> [UInt8] {
        var target = [CChar](repeating: 0, count: 4096)
        let length = readlinkat(directory, name, &target, target.count)
        guard length >= 0 else { throw ImageError.system("cannot read the link \(FilePath(bytes: path))") }
        return target[..<length].map { UInt8(bitPattern: $0) }
    }

    /// Reads what `LayerAttributes.device` holds: kind, major, minor, mode.
    private static func device(_ value: [UInt8]) -> (LayerEntry.Kind, UInt32)? {
        let parts = String(decoding: value, as: UTF8.self).split(separator: " ")
        guard parts.count == 4, let major = UInt32(parts[1]), let minor = UInt32(parts[2]), let mode = UInt32(parts[3])
        else { return nil }
        let kind: LayerEntry.Kind =
            parts[0] == "b"
            ? .blockDevice(major: major, minor: minor) : .characterDevice(major: major, minor: minor)
        return (kind, mode & 0o7777)
    }
}
