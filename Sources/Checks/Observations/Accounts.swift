/// The users and groups of an image, as its `/etc/passwd` and `/etc/group` have them.
package struct Accounts: Sendable, Hashable, Codable {
    package var users: [Account]
    package var groups: [Account]

    package init(users: [Account] = [], groups: [Account] = []) {
        self.users = users
        self.groups = groups
    }

    /// A name and its number; the first of a name counts.
    package struct Account: Sendable, Hashable, Codable {
        package var name: String
        package var id: UInt32

        package init(_ name: String, _ id: UInt32) {
            self.name = name
            self.id = id
        }
    }

    /// So many of each are kept, and those that a configuration names.
    private static let maximum = 1000

    /// - Parameter user: the image's `USER`, found also in a long list.
    package init(passwd: [UInt8], group: [UInt8], user: String) {
        let (name, groupName) = Self.parts(user)
        users = Self.accounts(passwd, keeping: name)
        groups = Self.accounts(group, keeping: groupName)
    }

    private static func accounts(_ file: [UInt8], keeping name: String?) -> [Account] {
        var found: [Account] = []
        for line in file.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 3, omittingEmptySubsequences: false)
            guard fields.count >= 3, let id = UInt32(String(decoding: fields[2], as: UTF8.self)) else { continue }
            let account = Account(String(decoding: fields[0], as: UTF8.self), id)
            if found.count < maximum || account.name == name { found.append(account) }
        }
        return found
    }

    /// `user` and `group` of `user:group`.
    static func parts(_ text: String) -> (user: String, group: String?) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return (parts.first ?? "", parts.count > 1 ? parts[1] : nil)
    }

    /// The number of a user; nil for a name that the image does not have. No name at all is root.
    func user(_ name: String) -> UInt32? {
        name.isEmpty ? 0 : Self.id(name, among: users) ?? (name == "root" ? 0 : nil)
    }

    func group(_ name: String) -> UInt32? { Self.id(name, among: groups) }

    /// A number is an id, whether or not somebody has it.
    private static func id(_ name: String, among accounts: [Account]) -> UInt32? {
        if let number = Int(name) { return UInt32(exactly: number) }
        return accounts.first { $0.name == name }?.id
    }
}
