import Glibc
import SystemPackage

/// Finds what changed in a tree since it was recorded, and moves it into a layer in overlayfs's form: what overlayfs
/// would have put there by itself.
///
/// A step filled the tree: nothing in it is followed, and overlayfs's own attributes and whiteouts in it, which a step
/// cannot make under overlayfs, are not taken.
struct TreeDelta {
    let tree: RootedDirectory
    let record: TreeRecord
    /// Empty; on the same file system.
    let upper: RootedDirectory

    private struct Made {
        var path: FilePath
        var status: FileStatus
    }

    /// Directories of the layer that the tree had before, outermost first.
    private var made: [Made] = []
    /// What directories looked like before things were moved out of them.
    private var looks: [FilePath: FileStatus] = [:]

    init(tree: RootedDirectory, record: TreeRecord, upper: RootedDirectory) {
        self.tree = tree
        self.record = record
        self.upper = upper
    }

    /// Fills the layer; the tree is good for nothing afterwards.
    mutating func move() throws(LinuxError) {
        let top = try tree.status(".")
        looks["."] = top
        made = [Made(path: ".", status: top)]
        var waiting = [FilePath(".")]
        while let path = waiting.popLast() { waiting += try move(path) }
        for directory in made.reversed() {
            try LayerCopy.dress(directory.path, as: directory.status, from: tree, in: upper)
        }
    }

    /// Works on one directory that was there before; returns those in it.
    private mutating func move(_ path: FilePath) throws(LinuxError) -> [FilePath] {
        guard path.length < 4000 else { throw LinuxError("list the directory", path, .fileNameTooLong) }
        let directory = try tree.subdirectory(path, followingLast: false)
        let before = record.directories[path] ?? [:]
        var inner: [FilePath] = []
        var seen: Set<FilePath.Component> = []
        for entry in try directory.entries() {
            let name = FilePath(root: nil, [entry.name])
            let status = try directory.status(name, followingLast: false)
            if status.isWhiteout { continue }
            seen.insert(entry.name)
            let now = TreeRecord.Entry(status)
            let old = before[entry.name]
            if now == old, status.kind != .directory { continue }
            let place = path.appending(entry.name)
            if let old, status.kind == .directory, now.isSameFile(as: old) {
                looks[place] = status
                if now != old { try make(place) }
                inner.append(place)
                continue
            }
            try make(path)
            try clean(name, status, in: directory)
            if old != nil, status.kind == .directory {
                try directory.setExtendedAttribute(name, LayerCopy.opaque, [UInt8(ascii: "y")])
            }
            try directory.rename(name, to: place, in: upper)
        }
        for name in before.keys where !seen.contains(name) {
            try make(path)
            try upper.makeWhiteout(path.appending(name))
        }
        return inner
    }

    /// Makes a directory that was there before in the layer, and those that lead to it.
    private mutating func make(_ path: FilePath) throws(LinuxError) {
        if path == FilePath(".") { return }
        if try upper.statusIfPresent(path, followingLast: false) != nil { return }
        let above = path.removingLastComponent()
        try make(above.components.isEmpty ? FilePath(".") : above)
        guard let status = looks[path] else { throw LinuxError("examine", path, .noSuchFileOrDirectory) }
        try upper.makeDirectory(path, mode: 0o700)
        made.append(Made(path: path, status: status))
    }

    /// Takes from something new what only overlayfs may put into a layer.
    private func clean(_ name: FilePath, _ status: FileStatus, in directory: RootedDirectory) throws(LinuxError) {
        try strip(name, status, in: directory)
        guard status.kind == .directory else { return }
        let top = try directory.subdirectory(name, followingLast: false)
        var waiting = [FilePath(".")]
        while let path = waiting.popLast() {
            guard path.length < 4000 else { throw LinuxError("list the directory", path, .fileNameTooLong) }
            let inside = try top.subdirectory(path, followingLast: false)
            let looks = try inside.status(".")
            var isChanged = false
            for entry in try inside.entries() {
                let inner = FilePath(root: nil, [entry.name])
                let status = try inside.status(inner, followingLast: false)
                if status.isWhiteout {
                    try inside.remove(inner)
                    isChanged = true
                    continue
                }
                try strip(inner, status, in: inside)
                if status.kind == .directory { waiting.append(path.appending(entry.name)) }
            }
            guard isChanged else { continue }
            try inside.setTimes(".", seconds: looks.modifiedSeconds, nanoseconds: looks.modifiedNanoseconds)
        }
    }

    private func strip(_ name: FilePath, _ status: FileStatus, in directory: RootedDirectory) throws(LinuxError) {
        guard status.kind == .directory || status.kind == .regular else { return }
        for attribute in try directory.extendedAttributes(name) where attribute.hasPrefix(LayerCopy.overlayPrefix) {
            try directory.removeExtendedAttribute(name, attribute)
        }
    }
}
