import Dockerfile
import Linux
import SystemPackage

/// A tree that `COPY` takes files from: the build context, a stage, an image.
struct SourceRoot: Sendable {
    let directory: RootedDirectory
    /// What `.dockerignore` leaves out.
    var ignore: IgnorePatterns?
    /// Owners on disk are the container's (a stage, an image); otherwise everything is root's.
    var keepsOwners: Bool
    var ownership: Ownership
    /// A directory that is not part of the tree, absolute.
    var hidden: FilePath?
    /// Files whose bytes are replaced, by absolute path.
    var substitutions: [FilePath: [UInt8]] = [:]

    /// The modification time of replaced files: the year 2100, newer than any file that comes with them, and the same in
    /// each build.
    private static let substituteTime: Int64 = 4_102_444_800

    /// What is in a directory, sorted by the bytes of the names, without what is ignored.
    /// - Parameter path: Absolute, without links.
    func children(of path: FilePath) throws(LinuxError) -> [(name: FilePath.Component, entry: CopyEntry)] {
        let here = try directory.subdirectory(path, followingLast: false)
        var found: [(name: FilePath.Component, entry: CopyEntry)] = []
        for entry in try here.entries() {
            let name = FilePath(root: nil, [entry.name])
            guard let status = try here.statusIfPresent(name, followingLast: false), !status.isWhiteout else {
                continue
            }
            // Most trees have neither, and most paths are then not needed.
            let whole = ignore == nil && substitutions.isEmpty ? path : path.appending(entry.name)
            guard try isKept(whole, isDirectory: status.kind == .directory) else { continue }
            var copied = try self.entry(status, name: name, in: here, whole: whole)
            copied.name = name
            found.append((entry.name, copied))
        }
        let order = found.indices.map { (key: Array(found[$0].name.string.utf8), index: $0) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
        return order.map { found[$0.index] }
    }

    /// What a path stands for, nil when there is nothing or it is ignored.
    /// - Parameter path: Absolute, without links.
    func entry(at path: FilePath) throws(LinuxError) -> CopyEntry? {
        guard let status = try directory.statusIfPresent(path, followingLast: false), !status.isWhiteout,
            try isKept(path, isDirectory: status.kind == .directory)
        else { return nil }
        return try entry(status, name: path, in: directory, whole: path)
    }

    private func entry(
        _ status: FileStatus, name: FilePath, in here: RootedDirectory, whole: FilePath
    ) throws(LinuxError) -> CopyEntry {
        var entry = CopyEntry(
            path: FilePath(""), kind: status.kind, mode: status.mode, uid: 0, gid: 0,
            size: status.kind == .regular ? status.size : 0, modifiedSeconds: status.modifiedSeconds,
            // A context has whole seconds, as the archive has that Docker sends, and as every layer has: what `make` thinks
            // of two files must not depend on the microsecond in which a checkout wrote them.
            modifiedNanoseconds: keepsOwners ? status.modifiedNanoseconds : 0)
        if keepsOwners { (entry.uid, entry.gid) = try ownership.owner(of: name, status: status, in: here) }
        switch status.kind {
        case .symbolicLink: entry.linkTarget = try here.readLink(name)
        case .regular:
            if status.linkCount > 1 { entry.linkGroup = status.inode }
            if !keepsOwners { entry.changed = status.changed }
            if keepsOwners, status.mode & 0o111 != 0 {
                entry.capability = try here.extendedAttribute(name, "security.capability")
            }
            if let bytes = substitutions[whole] {
                entry.substitute = bytes
                entry.size = Int64(bytes.count)
                // What is replaced was changed last: `make` must not take an older program for its result.
                entry.modifiedSeconds = Self.substituteTime
                entry.linkGroup = nil
                entry.changed = nil
            }
        default: break
        }
        return entry
    }

    // MARK: - .dockerignore

    /// Whether a path is part of the tree. A directory is, too, when something in it is kept by an exception.
    func isKept(_ path: FilePath, isDirectory: Bool) throws(LinuxError) -> Bool {
        if let hidden, path.starts(with: hidden) { return false }
        guard let ignore else { return true }
        let text = Self.relative(path)
        guard !text.isEmpty, ignore.ignores(text) else { return true }
        guard isDirectory, ignore.mayKeepBelow(text) else { return false }
        return try holdsKept(path, ignore)
    }

    /// Whether anything below an ignored directory is kept again.
    private func holdsKept(_ path: FilePath, _ ignore: IgnorePatterns) throws(LinuxError) -> Bool {
        var waiting = [path]
        while let next = waiting.popLast() {
            for entry in try directory.entries(next) {
                let child = next.appending(entry.name)
                let text = Self.relative(child)
                if !ignore.ignores(text) { return true }
                if entry.kind == .directory, ignore.mayKeepBelow(text) { waiting.append(child) }
            }
        }
        return false
    }

    /// A path without the slash in front, as patterns know it.
    static func relative(_ path: FilePath) -> String {
        FilePath(root: nil, path.components).string
    }
}
