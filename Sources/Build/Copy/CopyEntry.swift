import Linux
import OCI
import SystemPackage

/// A file, directory or link that a `COPY` takes along.
struct CopyEntry: Sendable {
    /// Relative to the source that was named; empty for that source itself.
    var path: FilePath
    /// The directory part of `path`, and its last name: every file needs both, and taking a path apart takes long.
    var parent = FilePath("")
    var name = FilePath("")
    var kind: FileKind
    /// 0 to 0o7777.
    var mode: UInt32
    /// Container ids.
    var uid: UInt32
    var gid: UInt32
    /// Bytes, for a regular file.
    var size: Int64
    var modifiedSeconds: Int64
    var modifiedNanoseconds: UInt32
    /// When the file of a context last changed, as it was found; nil where nobody can change it.
    var changed: FileStatus.Stamp?
    /// Where a link points to, as it is written.
    var linkTarget: FilePath?
    /// Files of the same number are one file under several names.
    var linkGroup: UInt64?
    /// `security.capability`, where the file has it.
    var capability: [UInt8]?
    /// SHA-256 of a regular file's bytes; nil until somebody computes it.
    var content: Digest?
    /// Bytes that stand in for the file's own.
    var substitute: [UInt8]?
}

/// One source of a `COPY`, found: what a name or one match of a wildcard stands for.
struct CopyMatch: Sendable {
    /// The path as it was named, links unresolved: its last name is the copy's in a directory.
    var name: FilePath
    /// Where it is in the source, absolute, without links.
    var path: FilePath
    /// The thing itself first, then what is in it, parents before children.
    var entries: [CopyEntry]

    var isDirectory: Bool { entries.first?.kind == .directory }

    /// Bytes of all regular files.
    var bytes: Int64 { entries.lazy.map(\.size).sizeSum }
}
