import CLinux
import Glibc
import SystemPackage

/// Lays a layer (an overlayfs upper directory) over a tree by copying it, where overlayfs cannot show it there.
///
/// Data is shared with the layer where the file system can (`FICLONE`).
struct LayerCopy {
    let source: RootedDirectory
    let target: RootedDirectory
    /// Whether names of one file stay so. Where the tree is to be changed each name gets a file of its own: overlayfs
    /// too takes them apart when one of them is written to.
    let keepsHardLinks: Bool

    /// The attribute names of overlayfs itself, which mean something to nobody else.
    static let overlayPrefix = "user.overlay."
    static let opaque = "user.overlay.opaque"

    /// Copies everything. What it overlays is gone from the target, as a union would hide it.
    func run() throws(LinuxError) {
        var links: [UInt64: FilePath] = [:]
        var made: [(path: FilePath, status: FileStatus)] = []
        var waiting = [FilePath(".")]
        while let path = waiting.popLast() {
            let from = try source.subdirectory(path, followingLast: false)
            let into = try target.subdirectory(path, followingLast: false)
            made.append((path, try from.status(".")))
            for entry in try from.entries() {
                let name = FilePath(root: nil, [entry.name])
                let status = try from.status(name, followingLast: false)
                let inner = path.appending(entry.name)
                if status.kind == .directory {
                    try layDirectory(name, from: from, into: into)
                    waiting.append(inner)
                    continue
                }
                try into.remove(name)
                if keepsHardLinks, status.kind == .regular, status.linkCount > 1 {
                    if let first = links[status.inode] {
                        try target.makeHardLink(inner, to: first)
                        continue
                    }
                    links[status.inode] = inner
                }
                try layFile(name, status, from: from, into: into)
            }
        }
        // What is made in a directory changes its times: innermost first.
        for (path, status) in made.reversed() {
            try Self.dress(path, as: status, from: source, in: target)
        }
    }

    private func layDirectory(
        _ name: FilePath, from: RootedDirectory, into: RootedDirectory
    ) throws(LinuxError) {
        if try into.statusIfPresent(name, followingLast: false)?.kind == .directory {
            guard try from.extendedAttribute(name, Self.opaque)?.first == UInt8(ascii: "y") else { return }
            try into.subdirectory(name, followingLast: false).removeContents()
        } else {
            try into.remove(name)
            try into.makeDirectory(name, mode: 0o700)
        }
    }

    private func layFile(
        _ name: FilePath, _ status: FileStatus, from: RootedDirectory, into: RootedDirectory
    ) throws(LinuxError) {
        switch status.kind {
        case .regular: try from.copyFile(name, to: into, at: name, mode: 0o600)
        case .symbolicLink: try into.makeSymbolicLink(name, target: try from.readLink(name))
        case .fifo: try into.makeFifo(name, mode: status.mode)
        // A whiteout has done its work; sockets mean nothing without the process that made them; devices there are none.
        case .characterDevice, .blockDevice, .socket, .directory, .unknown: return
        }
        try Self.dress(name, as: status, from: from, in: into)
    }

    /// Gives a file the owner, mode, attributes and times of another of the same path, of which `status` tells.
    static func dress(
        _ path: FilePath, as status: FileStatus, from source: RootedDirectory, in target: RootedDirectory
    ) throws(LinuxError) {
        let from = try source.parent(of: path, "examine")
        let into = try target.parent(of: path, "set the owner of")
        var raw = lesson_status()
        raw.mode = status.mode | status.kind.typeBits
        (raw.uid, raw.gid) = (status.uid, status.gid)
        (raw.modified_seconds, raw.modified_nanoseconds) = (status.modifiedSeconds, status.modifiedNanoseconds)
        try check(
            into.name.withPlatformString { lesson_copy_looks(from.fd, into.fd, $0, &raw) }, "set the attributes of",
            path)
    }
}
