import Glibc
import Linux
import SystemPackage

/// A part of the host that an attack must neither read nor change: open to everybody, so that nothing but the sandbox
/// keeps it.
struct Outside {
    let path: FilePath
    /// What is written in it, and nowhere else.
    let token: String

    init(in work: FilePath, user: UInt32?) throws {
        path = work.appending("outside")
        token = "token-\(UInt64.random(in: .min ... .max))"
        let root = try RootedDirectory(at: work)
        for folder in ["outside", "outside/open"] as [FilePath] {
            try root.makeDirectory(folder)
            try root.setMode(folder, 0o777)
        }
        for file in ["outside/canary", "outside/open/file"] as [FilePath] {
            try root.writeFile(file, Array("\(token)\n".utf8))
            try root.setMode(file, 0o666)
        }
        guard let user else { return }
        for entry in ["outside", "outside/open", "outside/canary", "outside/open/file"] as [FilePath] {
            try root.setOwner(entry, uid: user, gid: user)
        }
    }

    /// Everything that a change would change.
    func state() throws -> [String] {
        try Self.lines(RootedDirectory(at: path), FilePath("."))
    }

    private static func lines(_ root: RootedDirectory, _ path: FilePath) throws -> [String] {
        var found = ["\(path) \(try root.status(path, followingLast: false).summary)"]
        let status = try root.status(path, followingLast: false)
        if status.kind == .regular {
            found.append(String(decoding: try root.readFile(path, limit: 1 << 20), as: UTF8.self))
        }
        guard status.kind == .directory else { return found }
        for entry in try root.entries(path).sorted(by: { $0.name.string < $1.name.string }) {
            found += try lines(root, path.appending(entry.name))
        }
        return found
    }
}

extension FileStatus {
    /// Kind, mode, owner and times.
    fileprivate var summary: String {
        "\(kind) \(mode) \(uid):\(gid) \(size) \(modifiedSeconds).\(modifiedNanoseconds)"
    }
}
