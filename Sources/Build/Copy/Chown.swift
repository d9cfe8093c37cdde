import Linux
import SystemPackage

/// The value of `--chown`, or a `USER` that a directory is made for.
struct Chown: Sendable, Hashable {
    var user: String
    var group: String?

    init(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        user = parts.first.map(String.init) ?? ""
        group = parts.count > 1 && !parts[1].isEmpty ? String(parts[1]) : nil
    }

    /// Who that is in an image. A name that the image does not know is root, as with BuildKit; it is told apart so that
    /// somebody can be warned.
    func resolve(in root: RootedDirectory) -> (owner: (uid: UInt32, gid: UInt32), unknown: [String]) {
        var owner: (uid: UInt32, gid: UInt32) = (0, 0)
        var unknown: [String] = []
        if let id = UInt32(user) {
            owner = (id, id)
        } else if !user.isEmpty {
            let fields = Self.line(of: user, in: root, "/etc/passwd")
            if let fields, fields.count >= 4, let uid = UInt32(fields[2]), let gid = UInt32(fields[3]) {
                owner = (uid, gid)
            } else if user != "root" {
                unknown.append(user)
            }
        }
        if let group {
            if let id = UInt32(group) {
                owner.gid = id
            } else if let fields = Self.line(of: group, in: root, "/etc/group"), fields.count >= 3,
                let gid = UInt32(fields[2])
            {
                owner.gid = gid
            } else if group != "root" {
                unknown.append(group)
            }
        }
        return (owner, unknown)
    }

    /// The fields of a name's line in `passwd` or `group`: a regular file of at most 1 MiB, read by us.
    private static func line(of name: String, in root: RootedDirectory, _ path: FilePath) -> [String]? {
        guard let bytes = try? root.readFile(path, limit: 1 << 20) else { return nil }
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            if let first = fields.first, first.elementsEqual(name.utf8) {
                return fields.map { String(decoding: $0, as: UTF8.self) }
            }
        }
        return nil
    }
}
