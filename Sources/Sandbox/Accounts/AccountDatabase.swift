package import Linux
import SystemPackage

/// The users and groups an image knows, read from its `/etc/passwd` and `/etc/group` by us: regular files of at most
/// 1 MiB inside its root. No library of the image is loaded, no link leads out.
package struct AccountDatabase: Sendable {
    struct User: Sendable {
        var name: String
        var uid: UInt32
        var gid: UInt32
        var home: String
    }

    struct Group: Sendable {
        var name: String
        var gid: UInt32
        var members: [String]
    }

    let users: [User]
    let groups: [Group]

    /// Reads both files; one that is missing, not a regular file or too large has no entries.
    package init(root: RootedDirectory) {
        users = Self.lines(root, "/etc/passwd").compactMap { fields in
            guard fields.count >= 4, let uid = UInt32(fields[2]), let gid = UInt32(fields[3]) else { return nil }
            return User(name: fields[0], uid: uid, gid: gid, home: fields.count > 5 ? fields[5] : "")
        }
        groups = Self.lines(root, "/etc/group").compactMap { fields in
            guard fields.count >= 3, let gid = UInt32(fields[2]) else { return nil }
            let members = fields.count > 3 ? fields[3].split(separator: ",").map(String.init) : []
            return Group(name: fields[0], gid: gid, members: members)
        }
    }

    private static func lines(_ root: RootedDirectory, _ path: FilePath) -> [[String]] {
        guard let bytes = try? root.readFile(path, limit: 1 << 20) else { return [] }
        return bytes.split(separator: UInt8(ascii: "\n")).map { line in
            line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
    }

    /// The user that a Dockerfile's `USER` or `--user` names: `name`, `uid`, either with `:group` or `:gid`.
    ///
    /// A number is an id, whether or not there is a user of that id; ids from 2^31 on are refused. Supplementary groups
    /// are those whose members name the user, unless a group is given.
    package func resolve(_ text: String) throws(SandboxError) -> SandboxUser {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let userText = parts.first ?? ""
        var result = SandboxUser()
        var name: String?
        if userText.isEmpty {
            name = users.first { $0.uid == 0 }?.name ?? "root"
            result.home = users.first { $0.uid == 0 }?.home ?? "/root"
        } else if let id = try Self.number(userText, of: "user") {
            result.uid = id
            if let user = users.first(where: { $0.uid == id }) {
                name = user.name
                result.gid = user.gid
                result.home = user.home
            } else if id == 0 {
                result.home = "/root"
            }
        } else if let user = users.first(where: { $0.name == userText }) {
            name = user.name
            result.uid = user.uid
            result.gid = user.gid
            result.home = user.home
        } else if userText == "root" {
            name = "root"
            result.home = "/root"
        } else {
            throw SandboxError(
                .user, "the image has no user named '\(userText)'",
                hint: "add it with RUN useradd, or use a number")
        }
        if parts.count == 2, !parts[1].isEmpty {
            result.gid = try group(parts[1])
        } else if let name {
            result.additionalGIDs = groups.filter { $0.members.contains(name) && $0.gid < 0x8000_0000 }
                .map(\.gid).filter { $0 != result.gid }.prefix(64).sorted()
        }
        guard result.uid < 0x8000_0000, result.gid < 0x8000_0000 else {
            throw SandboxError(.user, "the ids of user '\(userText)' in /etc/passwd are above 2147483647")
        }
        return result
    }

    /// The gid that a name or number stands for.
    package func group(_ text: String) throws(SandboxError) -> UInt32 {
        if let id = try Self.number(text, of: "group") { return id }
        if let group = groups.first(where: { $0.name == text }), group.gid < 0x8000_0000 { return group.gid }
        if text == "root" { return 0 }
        throw SandboxError(
            .user, "the image has no group named '\(text)'", hint: "add it with RUN groupadd, or use a number")
    }

    /// A number, nil for a name. What looks like a number but is out of range is never taken for a name.
    private static func number(_ text: String, of what: String) throws(SandboxError) -> UInt32? {
        let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        guard let id = UInt32(text), id < 0x8000_0000 else {
            throw SandboxError(.user, "\(what) id \(text) is not between 0 and 2147483647")
        }
        return id
    }
}
