import Linux
import SystemPackage

/// The submodules of a commit that is checked out, and theirs.
///
/// Not `git submodule update`: it would go to whatever address a repository names. Each address is looked at like the
/// one in the Dockerfile.
struct GitSubmodules {
    let repository: GitRepository
    /// Where the repository's files are.
    let top: FilePath
    let keepsGitDirectories: Bool
    private var count = 0

    private static let depthLimit = 10
    private static let countLimit = 500

    init(repository: GitRepository, top: FilePath, keepsGitDirectories: Bool) {
        self.repository = repository
        self.top = top
        self.keepsGitDirectories = keepsGitDirectories
    }

    mutating func fetch() async throws(BuildFailure) {
        try await fetch(of: repository, at: FilePath(""), depth: 0)
    }

    private struct Module {
        var path: String
        var address: String
        var commit: String
    }

    private mutating func fetch(of parent: GitRepository, at place: FilePath, depth: Int) async throws(BuildFailure) {
        for module in try await modules(of: parent, in: top.pushing(place)) {
            count += 1
            guard depth < Self.depthLimit, count <= Self.countLimit else {
                throw .remote(
                    "limit", "stopped: \(parent.source) has more than \(Self.countLimit) submodules, or too deep ones",
                    hint: "add ?submodules=0 to the address to do without them")
            }
            let remote = Self.resolve(module.address, against: parent.address.remote)
            guard let address = GitAddress(remote: remote) else {
                throw .remote(
                    "bad-url",
                    "cannot fetch \(parent.source): its submodule \(module.path) is at \(module.address), which is "
                        + "no http, https, ssh or git address",
                    hint: "add ?submodules=0 to the address to do without submodules")
            }
            let child = GitRepository(
                address: address, access: parent.access, source: "\(address.shown) (submodule of \(parent.source))")
            let path = place.pushing(FilePath(root: nil, FilePath(module.path).components))
            try prepare(path)
            try await child.checkOut(GitRepository.Commit(hash: module.commit), into: top.pushing(path))
            try await fetch(of: child, at: path, depth: depth + 1)
            if !keepsGitDirectories { try removeGitDirectory(path) }
        }
    }

    /// The submodules that a commit both names in `.gitmodules` and holds.
    private func modules(of parent: GitRepository, in tree: FilePath) async throws(BuildFailure) -> [Module] {
        let here = ["-C", tree.string]
        let listed = try await parent.run(
            here + [
                "config", "--no-includes", "-z", "--blob", "HEAD:.gitmodules", "--get-regexp",
                #"^submodule\..*\.(path|url)$"#,
            ])
        // No .gitmodules, or nothing in it.
        guard listed.ending.isSuccess else { return [] }
        var paths: [(name: String, path: String)] = []
        var addresses: [String: String] = [:]
        for entry in listed.standardOutput.split(separator: 0) {
            let parts = entry.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            let key = String(decoding: parts[0], as: UTF8.self).dropFirst("submodule.".count)
            let value = String(decoding: parts[1], as: UTF8.self)
            if key.hasSuffix(".path") { paths.append((String(key.dropLast(".path".count)), value)) }
            if key.hasSuffix(".url") { addresses[String(key.dropLast(".url".count))] = value }
        }
        var found: [Module] = []
        for (name, path) in paths {
            guard let address = addresses[name], !path.isEmpty else { continue }
            let entry = try await parent.git(here + ["ls-tree", "-z", "HEAD", "--", path])
            let fields = String(decoding: entry.prefix { $0 != 9 }, as: UTF8.self).split(separator: " ")
            guard fields.count == 3, fields[0] == "160000", GitAddress.isCommit(String(fields[2])) else { continue }
            found.append(Module(path: path, address: address, commit: String(fields[2])))
        }
        return found
    }

    /// Makes sure that a submodule's place is a directory of this tree, reached through no link.
    private func prepare(_ path: FilePath) throws(BuildFailure) {
        do {
            let root = try RootedDirectory(at: top)
            let whole = FilePath(root: "/", path.components)
            try root.makeDirectories(path)
            guard try root.resolve(whole, followingLast: false) == whole, try root.entries(whole).isEmpty else {
                throw LinuxError("write to", path, .fileExists)
            }
        } catch {
            throw .remote("download-failed", "cannot fetch \(repository.source): no place for its submodule \(path)")
        }
    }

    private func removeGitDirectory(_ path: FilePath) throws(BuildFailure) {
        do {
            try RootedDirectory(at: top).remove(path.appending(".git"))
        } catch {
            throw .system(error, what: "cannot tidy a repository")
        }
    }

    /// A submodule's address: `./name` and `../name` are beside the repository that names it.
    static func resolve(_ address: String, against parent: String) -> String {
        guard address.hasPrefix("./") || address.hasPrefix("../") else { return address }
        var base = parent[...]
        while base.hasSuffix("/") { base.removeLast() }
        var rest = address[...]
        while true {
            if rest.hasPrefix("./") {
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("../") {
                rest = rest.dropFirst(3)
                guard let slash = base.lastIndex(where: { $0 == "/" || $0 == ":" }) else { return String(rest) }
                let separator = base[slash]
                base = base[..<slash]
                if separator == ":" { return "\(base):\(rest)" }
            } else {
                return "\(base)/\(rest)"
            }
        }
    }
}
