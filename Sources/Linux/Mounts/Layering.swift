import Glibc
import Synchronization
package import SystemPackage

/// How layers become one tree on this machine: by overlayfs, or, where the kernel does not let us, by copying.
///
/// It tries overlayfs first and knows after the first mount; one per process.
package final class Layering: Sendable {
    /// Why overlayfs is not used: the kernel's answer, or nobody's if copying was asked for.
    package enum Copying: Hashable, Sendable {
        case asked
        case refused(LinuxError)
    }

    private struct State {
        /// Nil as long as nobody knows.
        var copies: Copying?
        var hasMounted = false
        var tell: (@Sendable (LinuxError) -> Void)?
        var place: (@Sendable () throws(LinuxError) -> FilePath)?
        var count = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Copies from now on, whatever the kernel can.
    package func copyAlways() { state.withLock { $0.copies = .asked } }

    /// - Parameters:
    ///   - place: a directory on the layers' file system for trees that are only looked at; it outlives them.
    ///   - tell: called once, when the kernel turns out to refuse overlayfs.
    package func prepare(
        place: @escaping @Sendable () throws(LinuxError) -> FilePath, tell: @escaping @Sendable (LinuxError) -> Void
    ) {
        state.withLock { ($0.place, $0.tell) = (place, tell) }
    }

    /// Set once layers are copied.
    package var copying: Copying? { state.withLock { $0.copies } }

    /// A tree to look at. One layer is shown as it is.
    package func view(_ lowers: [FilePath], at point: FilePath) throws(LinuxError) -> LayerTree {
        if lowers.count == 1 { return LayerTree(try OverlayMount(lowers: lowers, at: point), upper: nil) }
        if let mount = try overlay({ () throws(LinuxError) in try OverlayMount(lowers: lowers, at: point) }) {
            return LayerTree(mount, upper: nil)
        }
        return try LayerTree(CopiedTree(lowers, upper: nil, in: placeForCopy(point)), at: point)
    }

    /// A tree to change: after `finish` the changes are in `upper`.
    ///
    /// - Parameters:
    ///   - lowers: layers, bottom first.
    ///   - work: an empty directory on `upper`'s file system.
    package func tree(
        _ lowers: [FilePath], upper: FilePath, work: FilePath, at point: FilePath
    ) throws(LinuxError) -> LayerTree {
        let mount = try overlay { () throws(LinuxError) in
            try OverlayMount(lowers: lowers, upper: upper, work: work, at: point)
        }
        if let mount { return LayerTree(mount, upper: upper) }
        let copy = try CopiedTree(lowers, upper: upper, in: work)
        try copy.begin()
        return try LayerTree(copy, at: point)
    }

    /// The same with one more layer, made after a look at the others.
    ///
    /// - Parameters:
    ///   - look: where the others are shown meanwhile; an existing directory.
    ///   - make: is given them, and fills the layer that is laid over them.
    package func tree(
        _ lowers: [FilePath], upper: FilePath, work: FilePath, at point: FilePath, look: FilePath,
        adding layer: FilePath, _ make: (RootedDirectory) throws(LinuxError) -> Void
    ) throws(LinuxError) -> LayerTree {
        let shown = try overlay { () throws(LinuxError) in try OverlayMount(lowers: lowers, at: look) }
        if let shown, copying == nil {
            try make(shown.root)
            try shown.unmount()
            return try tree(lowers + [layer], upper: upper, work: work, at: point)
        }
        let copy = try CopiedTree(lowers, upper: upper, in: work)
        try make(copy.tree)
        try copy.add(layer)
        try copy.begin()
        return try LayerTree(copy, at: point)
    }

    /// Mounts; nil where layers are copied.
    private func overlay(
        _ mount: () throws(LinuxError) -> OverlayMount
    ) throws(LinuxError) -> OverlayMount? {
        if copying != nil { return nil }
        do throws(LinuxError) {
            let mounted = try mount()
            if mounted.isOverlay { state.withLock { $0.hasMounted = true } }
            return mounted
        } catch {
            guard error.operation == OverlayMount.operation, Self.meansRefusal(error.errno) else { throw error }
            let tell: (@Sendable (LinuxError) -> Void)?? = state.withLock { state in
                // It worked before: then this is about something else.
                if state.hasMounted { return .none }
                let isNews = state.copies == nil
                state.copies = .refused(error)
                return .some(isNews ? state.tell : nil)
            }
            guard let tell else { throw error }
            tell?(error)
            return nil
        }
    }

    /// No overlayfs in the kernel, not for users, or not on this file system.
    private static func meansRefusal(_ error: Errno) -> Bool {
        let refusals: [Errno] = [
            .operationNotSupportedByDevice, .notPermitted, .permissionDenied, .invalidArgument, .notSupported,
            .noFunction,
        ]
        return refusals.contains(error)
    }

    private func placeForCopy(_ point: FilePath) throws(LinuxError) -> FilePath {
        let (place, number) = state.withLock { state in
            state.count += 1
            return (state.place, state.count)
        }
        // Without a place of its own it is kept in memory, beside where it is shown.
        let above = try place?() ?? point.removingLastComponent()
        let name = FilePath("copy-\(getpid())-\(number)")
        try RootedDirectory(at: above).makeDirectory(name, mode: 0o700)
        return above.appending(name.components)
    }
}
