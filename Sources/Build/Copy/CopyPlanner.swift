import Dockerfile
import Linux
import SystemPackage

/// Finds what the sources of a `COPY` or `ADD` stand for, without changing anything.
struct CopyPlanner {
    let root: SourceRoot
    /// Files of a match that are taken; nil: all. Relative to the match (`--parents`).
    var includes: IgnorePatterns?
    /// Files of a match that are left out (`--exclude`).
    var excludes: IgnorePatterns?
    /// The longest part of the include pattern without wildcards: nothing beside it needs a look.
    var includePrefix: [String] = []
    var fileLimit = Int.max
    private var files = 0

    init(root: SourceRoot) { self.root = root }

    /// All matches of a source, in the order of their names; none for a wildcard that matches nothing.
    /// - Parameter source: As it stands in the Dockerfile, expanded.
    mutating func matches(_ source: String) throws(CopyError) -> [CopyMatch] {
        let path = PathText.absolute(source, in: "/")
        var found: [CopyMatch] = []
        for name in try names(path) { found.append(try match(name)) }
        return found
    }

    /// What one path stands for, wildcards being ordinary characters.
    /// - Parameter name: Absolute.
    mutating func match(_ name: FilePath) throws(CopyError) -> CopyMatch {
        let canonical = try resolved(name)
        guard let top = try system({ () throws(LinuxError) in try root.entry(at: canonical) }) else {
            throw .missing(name.string)
        }
        return CopyMatch(name: name, path: canonical, entries: try entries(top, at: canonical))
    }

    /// Whether a path exists in the source.
    func exists(_ path: String) throws(CopyError) -> Bool {
        guard let canonical = try? root.directory.resolve(FilePath(path)) else { return false }
        return try system { () throws(LinuxError) in try root.entry(at: canonical) } != nil
    }

    /// Whether a source has wildcards, as Go's `copy.ResolveWildcards` sees it.
    static func hasWildcards(_ path: String) -> Bool { GlobPattern.hasWildcards(path) }

    // MARK: - Names

    /// The paths that a source with or without wildcards stands for, links unresolved.
    private func names(_ path: String) throws(CopyError) -> [FilePath] {
        let parts = path.split(separator: "/").map(String.init)
        guard let first = parts.firstIndex(where: { GlobPattern.hasWildcards($0) }) else { return [FilePath(path)] }
        let literal = FilePath("/" + parts[..<first].joined(separator: "/"))
        guard let base = try? root.directory.resolve(literal),
            let status = try? root.directory.status(base), status.kind == .directory
        else { return [] }
        var level = [base]
        for (index, part) in parts[first...].enumerated() {
            // A malformed pattern matches nothing, as in Go.
            guard let pattern = try? GlobPattern(part) else { return [] }
            let isLast = first + index == parts.count - 1
            var next: [FilePath] = []
            for directory in level {
                for child in try system({ () throws(LinuxError) in try root.children(of: directory) }) {
                    guard isLast || child.entry.kind == .directory, pattern.matches(child.name.string) else { continue }
                    next.append(directory.appending(child.name))
                }
            }
            level = next
        }
        return level
    }

    private func resolved(_ name: FilePath) throws(CopyError) -> FilePath {
        do {
            return try root.directory.resolve(name)
        } catch {
            switch error.errno {
            case .noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels: throw .missing(name.string)
            default: throw .system(error)
            }
        }
    }

    // MARK: - What is in a directory

    private struct Frame {
        var path: FilePath
        /// Relative to the match.
        var relative: FilePath
        /// Not yet visited, last first.
        var rest: [(name: FilePath.Component, entry: CopyEntry)]
        /// The directory itself, until something in it (or it itself) is taken.
        var pending: CopyEntry?
    }

    private mutating func entries(_ top: CopyEntry, at path: FilePath) throws(CopyError) -> [CopyEntry] {
        try count(1)
        guard top.kind == .directory else { return [top] }
        var found = [top]
        var frames = [Frame(path: path, relative: FilePath(""), rest: try children(path), pending: nil)]
        while var frame = frames.popLast() {
            guard let (name, child) = frame.rest.popLast() else { continue }
            let relative = frame.relative.appending(name)
            frames.append(frame)
            var entry = child
            entry.path = relative
            entry.parent = frame.relative
            let text = includes == nil && excludes == nil ? "" : relative.string
            let isTaken = (includes?.ignores(text) ?? true) && !(excludes?.ignores(text) ?? false)
            if isTaken {
                for index in frames.indices {
                    guard let parent = frames[index].pending else { continue }
                    found.append(parent)
                    frames[index].pending = nil
                    try count(1)
                }
                found.append(entry)
                try count(1)
            }
            guard child.kind == .directory, mayTakeBelow(text, isTaken: isTaken) else { continue }
            let whole = frame.path.appending(name)
            frames.append(
                Frame(
                    path: whole, relative: relative, rest: try children(whole), pending: isTaken ? nil : entry))
        }
        return found
    }

    private func mayTakeBelow(_ directory: String, isTaken: Bool) -> Bool {
        if let excludes, excludes.ignores(directory), !excludes.mayKeepBelow(directory) { return false }
        guard includes != nil, !isTaken else { return true }
        let names = directory.split(separator: "/")
        return zip(names, includePrefix).allSatisfy { $0 == $1 }
    }

    private func children(_ path: FilePath) throws(CopyError) -> [(name: FilePath.Component, entry: CopyEntry)] {
        try system { () throws(LinuxError) in Array(try root.children(of: path).reversed()) }
    }

    private mutating func count(_ more: Int) throws(CopyError) {
        files += more
        guard files <= fileLimit else { throw .tooManyFiles(fileLimit) }
    }

    private func system<T>(_ body: () throws(LinuxError) -> T) throws(CopyError) -> T {
        do {
            return try body()
        } catch {
            throw .system(error)
        }
    }
}
