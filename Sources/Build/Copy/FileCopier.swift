import Dockerfile
import Linux
import SystemPackage

/// Writes what a ``CopyPlanner`` found into an image's file tree, as BuildKit's `copy` package does.
struct FileCopier {
    let target: RootedDirectory
    var ownership: Ownership
    /// `--chown`, resolved; nil keeps the owners of the source.
    var owner: (uid: UInt32, gid: UInt32)?
    /// `--chmod`.
    var mode: ModeChange?
    /// The mode of directories that have to be made: `--chmod`, where it is a number.
    var directoryMode: UInt32 = 0o755
    /// Bits of a mode that are kept.
    var modeMask: UInt32 = 0o7777
    /// Parents that had to be made, with the owner that `--chown` names.
    private(set) var madeDirectories: [FilePath] = []

    init(target: RootedDirectory, ownership: Ownership) {
        self.target = target
        self.ownership = ownership
    }

    /// Where in the target a source goes; makes the directories on the way.
    /// - Parameters:
    ///   - destination: Absolute; a slash at its end says that it is a directory.
    ///   - name: The last name of the source.
    mutating func place(_ destination: String, name: FilePath.Component?, isDirectory: Bool) throws(CopyError)
        -> FilePath
    {
        let clean = PathText.absolute(destination, in: "/")
        let saysDirectory = destination.utf8.last == UInt8(ascii: "/")
        try makeDirectories(saysDirectory ? clean : PathText.parent(clean))
        var path = try TargetPath.resolve(FilePath(clean), in: target)
        let existing = try system { () throws(LinuxError) in try target.statusIfPresent(path) }
        if !isDirectory, existing?.kind == .directory, let name { path.append(name) }
        let needed = isDirectory && existing == nil ? path : path.removingLastComponent()
        try makeDirectories(needed.string)
        return path
    }

    /// Makes a directory and those above it; only those that are missing get `--chown`'s owner.
    mutating func makeDirectories(_ path: String) throws(CopyError) {
        let resolved = try TargetPath.resolve(FilePath(path), in: target)
        let made: [FilePath]
        do {
            made = try target.makeDirectories(FilePath(root: nil, resolved.components), mode: directoryMode)
        } catch {
            if error.errno == .notDirectory || error.errno == .fileExists { throw .directoryOverFile(path) }
            throw .system(error)
        }
        for directory in made {
            let (uid, gid) = owner ?? (0, 0)
            try ownership.set(directory, uid: uid, gid: gid, kind: .directory, in: target)
        }
        madeDirectories += made
    }

    /// Copies one match.
    /// - Returns: Where it is now.
    mutating func copy(
        _ match: CopyMatch, from source: RootedDirectory, to destination: String
    ) throws(CopyError) -> FilePath {
        let top = try place(destination, name: match.name.lastComponent, isDirectory: match.isDirectory)
        try fill(top, with: match, from: source)
        return top
    }

    /// Copies one match to a place that is ready for it.
    func fill(_ top: FilePath, with match: CopyMatch, from source: RootedDirectory) throws(CopyError) {
        var links: [UInt64: FilePath] = [:]
        var directories: [(path: FilePath, entry: CopyEntry)] = []
        var plain: [Int] = []
        var from = OpenDirectory(root: source, top: match.path)
        var into = OpenDirectory(root: target, top: top)
        for (index, entry) in match.entries.enumerated() {
            if isPlain(entry) {
                plain.append(index)
                continue
            }
            let path = entry.path.isEmpty ? top : top.pushing(entry.path)
            if entry.kind == .directory {
                if try makeDirectory(path, isTop: entry.path.isEmpty) { directories.append((path, entry)) }
                continue
            }
            let (parent, name) = try system { () throws(LinuxError) in try into.place(entry) }
            if let group = entry.linkGroup, let first = links[group] {
                try clear(path)
                try system { () throws(LinuxError) in try target.makeHardLink(path, to: first) }
                continue
            }
            try write(entry, in: parent, name: name, path: path, match: match, from: &from)
            if let group = entry.linkGroup { links[group] = path }
        }
        // All directories are there by now.
        try copyPlain(plain, of: match, from: source, to: top)
        // Writing into a directory changes its times: they are set when all is written, children first.
        for (path, entry) in directories.reversed() { try finish(path, entry, in: target) }
    }

    /// Writes a file whose bytes are given.
    mutating func write(_ bytes: [UInt8], name: String, to destination: String) throws(CopyError) -> FilePath {
        let path = try place(destination, name: FilePath.Component(name), isDirectory: false)
        try clear(path)
        do {
            try target.writeFile(path, bytes, mode: 0o644)
            try target.setMode(path, mode?.applied(to: 0o644, isDirectory: false) ?? 0o644)
        } catch {
            throw .system(error)
        }
        let (uid, gid) = owner ?? (0, 0)
        try ownership.set(path, uid: uid, gid: gid, kind: .regular, in: target)
        return path
    }

    // MARK: - One thing

    /// - Returns: Whether its metadata are the source's: so for all but an existing directory that was named itself.
    private func makeDirectory(_ path: FilePath, isTop: Bool) throws(CopyError) -> Bool {
        do {
            try target.makeDirectory(path)
            return true
        } catch {
            guard error.errno == .fileExists || path.components.isEmpty else { throw .system(error) }
        }
        let status = try system { () throws(LinuxError) in try target.status(path, followingLast: false) }
        guard status.kind == .directory else { throw .directoryOverFile(path.string) }
        return !isTop
    }

    private func write(
        _ entry: CopyEntry, in parent: RootedDirectory, name: FilePath, path: FilePath, match: CopyMatch,
        from: inout OpenDirectory
    ) throws(CopyError) {
        do {
            switch entry.kind {
            case .regular:
                let file = try create(name, in: parent, path: path)
                if let bytes = entry.substitute {
                    try file.write(bytes, path)
                } else if entry.size > 0 {
                    let (directory, last) = try from.place(entry)
                    let (source, _) = try directory.openRegularFile(last, followingLast: false)
                    try RootedDirectory.copyContents(of: source, to: file)
                }
            case .symbolicLink:
                try clear(path)
                try parent.makeSymbolicLink(name, target: entry.linkTarget ?? FilePath(""))
            case .fifo:
                try clear(path)
                try parent.makeFifo(name, mode: entry.mode)
            default:
                throw CopyError.special(match.path.pushing(entry.path).string)
            }
        } catch let error as CopyError {
            throw error
        } catch let error as LinuxError {
            throw .system(error)
        } catch {
            throw .other("\(error)")
        }
        try finish(name, entry, in: parent)
    }

    private func create(
        _ name: FilePath, in parent: RootedDirectory, path: FilePath
    ) throws(CopyError) -> OwnedDescriptor {
        let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate]
        do throws(LinuxError) {
            return try parent.openFile(name, .writeOnly, options: options, mode: 0o600, followingLast: false)
        } catch {
            guard error.errno == .fileExists else { throw .system(error) }
        }
        try clear(path)
        return try system { () throws(LinuxError) in
            try parent.openFile(name, .writeOnly, options: options, mode: 0o600, followingLast: false)
        }
    }

    /// Makes room for a file: what is there goes, unless it is a directory.
    func clear(_ path: FilePath) throws(CopyError) {
        guard
            let status = try system({ () throws(LinuxError) in
                try target.statusIfPresent(path, followingLast: false)
            })
        else { return }
        guard status.kind != .directory else { throw .fileOverDirectory(path.string) }
        try system { () throws(LinuxError) in try target.remove(path) }
    }

    private func finish(_ path: FilePath, _ entry: CopyEntry, in root: RootedDirectory) throws(CopyError) {
        let (uid, gid) = owner ?? (entry.uid, entry.gid)
        try ownership.set(path, uid: uid, gid: gid, kind: entry.kind, in: root)
        do throws(LinuxError) {
            if entry.kind != .symbolicLink {
                // After the owner: changing that takes set-id bits off.
                let wanted = mode?.applied(to: entry.mode, isDirectory: entry.kind == .directory) ?? entry.mode
                try root.setMode(path, wanted & modeMask)
            }
            if let capability = entry.capability {
                try root.setExtendedAttribute(path, "security.capability", capability)
            }
            try root.setTimes(path, seconds: entry.modifiedSeconds, nanoseconds: entry.modifiedNanoseconds)
        } catch {
            throw .system(error)
        }
    }

    func system<T>(_ body: () throws(LinuxError) -> T) throws(CopyError) -> T {
        do {
            return try body()
        } catch {
            throw .system(error)
        }
    }
}
