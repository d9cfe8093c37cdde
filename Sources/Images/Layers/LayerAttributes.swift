import CArchive
import Glibc
import Linux

/// Extended attributes on disk, read and written by `/proc/self/fd/N/name`, which works for links and without opening.
enum LayerAttributes {
    static let opaque = "user.overlay.opaque"
    /// `uid:gid` of a file whose owner cannot be had on this machine.
    static let owner = "user.lesson.owner"
    /// `c major minor` or `b major minor` of a device that a user namespace may not make.
    static let device = "user.lesson.device"

    /// Where the attributes of the names in an open directory are reached: what is to stand before a name.
    static func prefix(of directory: Int32) -> [CChar] {
        "/proc/self/fd/\(directory)/".utf8.map { CChar(bitPattern: $0) }
    }

    private static func path(_ directory: Int32, _ name: [CChar]) -> [CChar] { prefix(of: directory) + name }

    /// All attributes of a name in an open directory, `.` being the directory itself; sorted.
    static func all(in directory: Int32, name: [CChar]) throws(ImageError) -> [ExtendedAttribute] {
        try all(at: path(directory, name))
    }

    /// All attributes at a path that begins with a ``prefix(of:)``; sorted.
    static func all(at path: [CChar]) throws(ImageError) -> [ExtendedAttribute] {
        let names = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer -> [CChar]? in
            let size = llistxattr(path, buffer.baseAddress, buffer.count)
            return size < 0 ? nil : Array(buffer[..<size])
        }
        if let names { return names.isEmpty ? [] : values(at: path, of: names) }
        guard errno == ERANGE else {
            guard errno == ENOTSUP || errno == ENOENT else { throw .system("cannot list extended attributes") }
            return []
        }
        var many = [CChar](repeating: 0, count: 65536)
        let size = llistxattr(path, &many, many.count)
        guard size >= 0 else { throw .system("cannot list extended attributes") }
        return values(at: path, of: Array(many[..<size]))
    }

    private static func values(at path: [CChar], of names: [CChar]) -> [ExtendedAttribute] {
        var found: [ExtendedAttribute] = []
        for name in names.split(separator: 0) {
            let text = String(decoding: name.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            // ACLs and labels belong to this machine; do not read what nobody asks for.
            guard text.hasPrefix("user.") || text == "security.capability" else { continue }
            var value = [UInt8](repeating: 0, count: 256)
            var length = lgetxattr(path, Array(name) + [0], &value, value.count)
            if length < 0, errno == ERANGE {
                value = [UInt8](repeating: 0, count: 65536)
                length = lgetxattr(path, Array(name) + [0], &value, value.count)
            }
            guard length >= 0 else { continue }
            found.append(ExtendedAttribute(name: text, value: Array(value[..<length])))
        }
        return found.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Sets an attribute; false where the file or the file system takes none of its kind.
    @discardableResult
    static func set(
        in directory: Int32, name: [CChar], _ attribute: ExtendedAttribute
    ) throws(ImageError) -> Bool {
        if lsetxattr(path(directory, name), attribute.name, attribute.value, attribute.value.count, 0) == 0 {
            return true
        }
        guard errno == ENOTSUP || errno == EPERM || errno == EINVAL else {
            throw .system("cannot set the extended attribute \(attribute.name)")
        }
        return false
    }

    // MARK: - file capabilities

    // struct vfs_cap_data (linux/capability.h): a little-endian word of revision and flags, two pairs of words and, from
    // revision 3, the id of the root it counts for.
    private static let revision2Size = 20
    private static let revision3Size = 24

    /// A file capability as an image has it, of one that this machine's container root gave.
    static func portable(_ capability: [UInt8], ids: IdentityMapping) -> [UInt8] {
        guard capability.count == revision3Size, capability[3] == 3 else { return capability }
        let root = capability[20..<24].enumerated().reduce(UInt32(0)) { $0 | UInt32($1.element) << (8 * $1.offset) }
        guard root == ids.offset else { return capability }
        var value = Array(capability[..<revision2Size])
        value[3] = 2
        return value
    }

    /// A file capability that counts for this machine's container root.
    static func local(_ capability: [UInt8], ids: IdentityMapping) -> [UInt8] {
        guard capability.count == revision2Size, capability[3] == 2, ids.offset != 0 else { return capability }
        var value = capability
        value[3] = 3
        for shift in 0..<4 { value.append(UInt8(truncatingIfNeeded: ids.offset >> (8 * UInt32(shift)))) }
        return value
    }
}
