import Linux
import SystemPackage

/// What a layer's tree looks like from outside, as the database keeps it: what one walk tells
/// (`RootedDirectory.summary`), and which directory it is, by which a tree that was copied is told from one in which
/// something was written.
struct LayerLooks: Sendable {
    /// What the walk tells.
    let walk: String
    /// nil where an older program wrote it down. Without the device, whose number may be another one after a restart.
    let inode: UInt64?

    private static let separator: Character = "@"

    init(_ root: RootedDirectory) throws(LinuxError) {
        (walk, inode) = (try root.summary(), try root.status(".").inode)
    }

    init(text: String) {
        let parts = text.split(separator: Self.separator, maxSplits: 1)
        walk = String(parts.first ?? "")
        inode = parts.count > 1 ? UInt64(parts[1]) : nil
    }

    var text: String { inode.map { "\(walk)\(Self.separator)\($0)" } ?? walk }
}
