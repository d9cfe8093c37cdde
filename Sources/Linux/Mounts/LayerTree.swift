import Glibc
import Synchronization
package import SystemPackage

/// Layers seen as one tree, until it is unmounted or forgotten: an overlay, or a copy of them.
package final class LayerTree: Sendable {
    /// Where it is mounted.
    package let mountPoint: FilePath
    /// The merged tree.
    package let root: RootedDirectory
    /// What fills up when the tree is changed, and what it held before anybody did.
    package let written: (directory: FilePath, before: DiskUsage)?
    private let mount: OverlayMount
    private let copy: CopiedTree?

    init(_ mount: OverlayMount, upper: FilePath?) {
        self.mount = mount
        copy = nil
        mountPoint = mount.mountPoint
        root = mount.root
        written = upper.map { ($0, DiskUsage()) }
    }

    init(_ copy: CopiedTree, at point: FilePath) throws(LinuxError) {
        self.copy = copy
        do throws(LinuxError) {
            mount = try OverlayMount(showing: copy.path, at: point, readOnly: copy.upper == nil)
            written = copy.upper == nil ? nil : (copy.path, try copy.tree.usage())
        } catch {
            copy.remove()
            throw error
        }
        mountPoint = point
        root = mount.root
    }

    deinit { unmount() }

    /// Ends the view, with what was changed kept in the upper directory: overlayfs has put it there already.
    package func finish() throws(LinuxError) {
        try mount.unmount()
        try copy?.keepChanges()
        copy?.remove()
    }

    /// Ends the view. Without `finish` before, what was changed in a copy is lost.
    package func unmount() {
        try? mount.unmount()
        copy?.remove()
    }
}

/// A tree made by copying layers, beside the directory that gets what is changed in it.
final class CopiedTree: Sendable {
    let path: FilePath
    let tree: RootedDirectory
    let upper: FilePath?
    private let holder: FilePath
    private let record = Mutex<TreeRecord?>(nil)
    private let isRemoved = Mutex(false)

    /// - Parameters:
    ///   - upper: gets the changes; what it holds is laid over the layers. Nil for a tree that nobody changes.
    ///   - holder: an empty directory on the same file system as `upper`, best on that of the layers.
    init(_ lowers: [FilePath], upper: FilePath?, in holder: FilePath) throws(LinuxError) {
        self.upper = upper
        self.holder = holder
        let place = try RootedDirectory(at: holder)
        try place.removeContents()
        try place.makeDirectory("tree", mode: 0o755)
        path = holder.appending("tree")
        tree = try RootedDirectory(at: path)
        for lower in lowers { try add(lower) }
    }

    /// Lays one more layer over the tree.
    func add(_ layer: FilePath) throws(LinuxError) {
        try LayerCopy(source: RootedDirectory(at: layer), target: tree, keepsHardLinks: upper == nil).run()
    }

    /// From now on changes count.
    func begin() throws(LinuxError) {
        guard let upper else { return }
        let before = try TreeRecord(of: tree)
        record.withLock { $0 = before }
        try LayerCopy(source: RootedDirectory(at: upper), target: tree, keepsHardLinks: true).run()
    }

    /// Moves what changed to the upper directory.
    func keepChanges() throws(LinuxError) {
        guard let upper, let before = record.withLock({ $0 }) else { return }
        record.withLock { $0 = nil }
        let layer = try RootedDirectory(at: upper)
        try layer.removeContents()
        var delta = TreeDelta(tree: tree, record: before, upper: layer)
        try delta.move()
    }

    func remove() {
        let isFirst = isRemoved.withLock { removed in
            defer { removed = true }
            return !removed
        }
        guard isFirst else { return }
        try? RootedDirectory(at: holder).remove("tree")
        // The place of a tree that was only looked at is ours; the others' is whoever's who gave it.
        if upper == nil { rmdir(holder.string) }
    }
}
