import Linux
import SystemPackage

/// A mount point inside something that is itself mounted: a cache below a bound folder, say.
///
/// What is mounted may hold links that another step made, so the point is laid by us in what the outer mount shows, name
/// by name, and no link is followed: a runtime would follow one to `/proc`.
struct NestedTarget {
    /// A mount that comes before.
    struct Outer {
        /// As it was asked for, and where it came to be.
        var names: [FilePath]
        var kind: SandboxMount.Kind
    }

    let path: FilePath
    private let rest: FilePath
    private let outer: Outer

    /// - Parameter path: absolute, normalized.
    /// - Returns: nil for what is in none of them. The last that covers the path counts.
    init?(_ path: FilePath, in mounts: [Outer]) {
        for outer in mounts.reversed() {
            for name in outer.names {
                var rest = path
                guard rest.removePrefix(name), !rest.isEmpty, let place = outer.names.last else { continue }
                (self.path, self.rest, self.outer) = (place.appending(rest.components), rest, outer)
                return
            }
        }
        return nil
    }

    /// Makes what is missing.
    func lay(isDirectory: Bool, owner: UInt32) throws(LinuxError) {
        // What is in memory begins empty: the runtime makes the point there.
        guard case .bind(let source, _) = outer.kind else { return }
        let root: RootedDirectory
        do throws(LinuxError) {
            root = try RootedDirectory(at: source)
        } catch {
            throw LinuxError(StubLayer.refusal, path, error.errno)
        }
        var sofar = FilePath()
        for (index, component) in rest.components.enumerated() {
            sofar.append(component)
            let isFile = index == rest.components.count - 1 && !isDirectory
            do throws(LinuxError) {
                if let status = try root.statusIfPresent(sofar, followingLast: false) {
                    guard status.kind == (isFile ? .regular : .directory) else {
                        throw LinuxError(
                            StubLayer.refusal, sofar,
                            status.kind == .symbolicLink ? .tooManySymbolicLinkLevels : .notDirectory)
                    }
                    continue
                }
                if isFile { try root.writeFile(sofar, []) } else { try root.makeDirectory(sofar, mode: 0o755) }
                try root.setOwner(sofar, uid: owner, gid: owner)
            } catch {
                throw LinuxError(StubLayer.refusal, path, error.errno)
            }
        }
    }
}
