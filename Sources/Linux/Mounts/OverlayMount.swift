import CLinux
import Glibc
import Synchronization
package import SystemPackage

/// Layers seen as one tree, mounted in the engine's own mount namespace until it is unmounted or forgotten.
package final class OverlayMount: Sendable {
    /// Where it is mounted.
    package let mountPoint: FilePath
    /// The merged tree.
    package let root: RootedDirectory
    /// False for one layer, which is shown as it is.
    let isOverlay: Bool
    private let mounted = Mutex(true)
    /// The operation of an error when the kernel refuses.
    static let operation = "mount an overlay"

    /// Mounts.
    ///
    /// - Parameters:
    ///   - lowers: layers, bottom first; at least one, up to 500. Whiteouts and opaque directories are `userxattr`'s.
    ///   - upper: where changes go, nil for a view that cannot be changed.
    ///   - work: an empty directory on `upper`'s file system, given with it.
    ///   - point: an existing directory, in the engine's scratch.
    package init(
        lowers: [FilePath], upper: FilePath? = nil, work: FilePath? = nil, at point: FilePath
    ) throws(LinuxError) {
        if lowers.count == 1, upper == nil {
            try Self.bind(lowers[0], at: point, readOnly: true)
            isOverlay = false
        } else {
            try Self.overlay(lowers, upper, work, point)
            isOverlay = true
        }
        mountPoint = point
        root = try Self.open(point)
    }

    /// Shows one directory as it is.
    init(showing directory: FilePath, at point: FilePath, readOnly: Bool) throws(LinuxError) {
        try Self.bind(directory, at: point, readOnly: readOnly)
        isOverlay = false
        mountPoint = point
        root = try Self.open(point)
    }

    private static func open(_ point: FilePath) throws(LinuxError) -> RootedDirectory {
        do throws(LinuxError) {
            return try RootedDirectory(at: point)
        } catch {
            _ = point.withPlatformString { lesson_unmount($0, Int32(MNT_DETACH)) }
            throw error
        }
    }

    deinit {
        try? unmount()
    }

    /// Unmounts; what still uses it keeps it until done. A second call does nothing.
    package func unmount() throws(LinuxError) {
        let first = mounted.withLock { mounted in
            defer { mounted = false }
            return mounted
        }
        guard first else { return }
        try check(mountPoint.withPlatformString { lesson_unmount($0, Int32(MNT_DETACH)) }, "unmount", mountPoint)
    }

    /// Makes a directory or file seen at another place too; `point` exists and is of the same kind.
    package static func bind(_ source: FilePath, at point: FilePath, readOnly: Bool) throws(LinuxError) {
        let bind = UInt(MS_BIND)
        try check(
            source.withPlatformString { source in
                point.withPlatformString { lesson_mount(source, $0, nil, bind, nil) }
            }, "bind", source)
        guard readOnly else { return }
        // Flags that the mount has and that are locked in a user namespace must be named again.
        var status = statvfs()
        try checkErrno("examine the mount", point) { point.withPlatformString { statvfs($0, &status) } }
        let kept =
            UInt(status.f_flag) & UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_RELATIME)
        let failed = point.withPlatformString {
            lesson_mount(nil, $0, nil, UInt(MS_BIND | MS_REMOUNT | MS_RDONLY) | kept, nil)
        }
        if failed < 0 {
            _ = point.withPlatformString { lesson_unmount($0, Int32(MNT_DETACH)) }
            try check(failed, "make read-only", point)
        }
    }

    /// A mount takes one page of options, so the layers are named by descriptors, relative to `/proc/self/fd`. The
    /// working directory is a thread's own only after `unshare(CLONE_FS)`, so a thread is spent on it.
    private static func overlay(
        _ lowers: [FilePath], _ upper: FilePath?, _ work: FilePath?, _ point: FilePath
    ) throws(LinuxError) {
        var held: [OwnedDescriptor] = []
        func hold(_ path: FilePath) throws(LinuxError) -> String {
            let fd = path.withPlatformString {
                lesson_openat2(AT_FDCWD, $0, LESSON_O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0)
            }
            let owned = OwnedDescriptor(try check(fd, "open the layer", path))
            held.append(owned)
            return "\(owned.rawValue)"
        }
        var names: [String] = []
        for layer in lowers.reversed() { names.append(try hold(layer)) }
        var options = "lowerdir=" + names.joined(separator: ":") + ",userxattr"
        if let upper, let work {
            // What a volatile mount left says that the layer may not be whole; whoever gives it to us again knows.
            try RootedDirectory(at: work).removeContents()
            options += ",upperdir=\(try hold(upper)),workdir=\(try hold(work))"
        }
        // `volatile`: nothing is synced at unmount; the engine syncs once when it keeps a layer.
        let attempts = upper == nil ? [options] : [options + ",volatile", options]
        var failed: Int32 = 0
        for options in attempts {
            guard options.utf8.count < 4096 else { throw LinuxError(operation, point, .argListTooLong) }
            failed = try DedicatedThread.runAndWait {
                let failed = lesson_unshare(UInt(LESSON_CLONE_FS))
                guard failed == 0 else { return failed }
                guard chdir("/proc/self/fd") == 0 else { return -Errno.last.rawValue }
                return point.withPlatformString { lesson_mount("overlay", $0, "overlay", 0, options) }
            }
            if failed == 0 { break }
        }
        withExtendedLifetime(held) {}
        try check(failed, operation, point)
        if let upper { try checkWritable(point, upper) }
    }

    /// Where the kernel finds no room for its working directory it mounts all the same, with nothing to be written.
    private static func checkWritable(_ point: FilePath, _ upper: FilePath) throws(LinuxError) {
        var status = statvfs()
        guard point.withPlatformString({ statvfs($0, &status) }) == 0, status.f_flag & UInt(MS_RDONLY) != 0 else {
            return
        }
        _ = point.withPlatformString { lesson_unmount($0, Int32(MNT_DETACH)) }
        let isFull = DiskRoom(at: upper)?.isFull ?? false
        throw LinuxError("write to the layer", upper, isFull ? .noSpace : .readOnlyFileSystem)
    }
}
