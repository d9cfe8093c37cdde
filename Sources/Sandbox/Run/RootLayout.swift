import Linux
import SystemPackage

/// The tree that a step sees, put together so that the runtime meets no surprise in it.
///
/// Between the image's layers and the step's own lies a layer in memory with real directories and files for everything
/// that is mounted on: runtimes of today follow an image's `/dev` that is a link. It belongs to the run and goes with
/// it, so nothing has to be cleaned out of the step's layer, which holds exactly what the step did.
struct RootLayout {
    let directory: FilePath
    let mount: LayerTree
    /// The mounts' targets, canonical, in the order given.
    let targets: [String]

    var root: RootedDirectory { mount.root }

    /// Whether the image has what programs of the processor's 32-bit mode need.
    var has32BitPrograms: Bool {
        let signs: [FilePath] = [
            "/lib/ld-linux.so.2", "/lib/ld-musl-i386.so.1", "/usr/lib32", "/usr/lib/i386-linux-gnu",
            "/lib/ld-linux-armhf.so.3",
        ]
        return signs.contains { ((try? root.statusIfPresent($0, followingLast: false)) ?? nil) != nil }
    }

    /// - Parameters:
    ///   - directory: an empty directory in scratch.
    ///   - wanted: what is mounted on: absolute paths.
    init(
        spec: SandboxSpec, context: EngineContext, directory: FilePath, wanted: [MountTarget]
    ) throws(SandboxError) {
        self.directory = directory
        do throws(LinuxError) {
            let scratch = try RootedDirectory(at: directory)
            for name in ["empty", "base", "stub", "root"] as [FilePath] { try scratch.makeDirectory(name) }
            var targets: [String] = []
            var nested: Set<Int> = []
            mount = try context.layering.tree(
                spec.layers.isEmpty ? [directory.appending("empty")] : spec.layers, upper: spec.upper, work: spec.work,
                at: directory.appending("root"), look: directory.appending("base"), adding: directory.appending("stub")
            ) { base throws(LinuxError) in
                var stub = StubLayer(
                    base: base, stub: try scratch.subdirectory("stub"), owner: context.ids.offset, ids: context.ids)
                try stub.begin(upper: spec.upper)
                var outer: [NestedTarget.Outer] = []
                for (index, target) in wanted.enumerated() {
                    let number = index - (wanted.count - spec.mounts.count)
                    var inner = number < 0 ? nil : NestedTarget(target.path.lexicallyNormalized(), in: outer)
                    if inner == nil {
                        let laid = try stub.lay(target)
                        // A link of the image may lead into another mount, too.
                        if number >= 0 { inner = NestedTarget(FilePath(laid), in: outer) }
                        if inner == nil { targets.append(laid) }
                    }
                    if let inner {
                        try inner.lay(isDirectory: target.isDirectory, owner: context.ids.offset)
                        targets.append(inner.path.string)
                        nested.insert(index)
                    }
                    guard number >= 0, target.isDirectory else { continue }
                    let names = [target.path.lexicallyNormalized(), FilePath(targets[index])]
                    outer.append(NestedTarget.Outer(names: names, kind: spec.mounts[number].kind))
                }
                try stub.finish()
            }
            self.targets = targets
            for index in wanted.indices where !nested.contains(index) {
                try Self.verify(mount.root, wanted[index], targets[index])
            }
        } catch {
            if error.operation == StubLayer.refusal {
                throw SandboxError(.mountTarget, "cannot mount on '\(error.path?.string ?? "")': \(error.errno)")
            }
            throw SandboxError(
                .mountFailed, "cannot put the container's file system together: \(error)",
                hint: error.operation == "mount an overlay"
                    ? "see what `lesson doctor` says of overlayfs; the store must not itself be on an overlay or network "
                        + "file system: set LESSON_HOME to a directory on a local disk" : nil)
        }
    }

    /// What the runtime will mount on is really there, and is no link, whatever the step's own layer held.
    private static func verify(
        _ root: RootedDirectory, _ want: MountTarget, _ target: String
    ) throws(LinuxError) {
        let path = FilePath(target)
        let status = try root.status(path, followingLast: false)
        guard try root.resolve(path, followingLast: false) == path,
            status.kind == (want.isDirectory ? .directory : .regular)
        else { throw LinuxError(StubLayer.refusal, path, .tooManySymbolicLinkLevels) }
    }

    /// The canonical path of the directory a process starts in.
    func workingDirectory(_ spec: SandboxSpec) throws(SandboxError) -> String {
        let wanted = FilePath(spec.workingDirectory.isEmpty ? "/" : spec.workingDirectory)
        guard wanted.isAbsolute else {
            throw SandboxError(.workingDirectory, "the working directory '\(spec.workingDirectory)' is not absolute")
        }
        let path = wanted.lexicallyNormalized()
        guard !Self.isKernels(path) else { throw refusal(spec) }
        // Inside something bound, the tree we see ends at its target.
        for (index, mount) in spec.mounts.enumerated().reversed() {
            guard case .bind(let source, _) = mount.kind else { continue }
            let target = FilePath(targets[targets.count - spec.mounts.count + index])
            var rest = path
            guard rest.removePrefix(target), let bound = try? RootedDirectory(at: source) else { continue }
            guard let found = try? bound.resolve(rest), (try? bound.status(found).kind) == .directory else {
                throw missing(spec)
            }
            return target.appending(found.components).string
        }
        let found: FilePath
        do throws(LinuxError) {
            found = try root.resolve(wanted)
            guard try root.status(found).kind == .directory else { throw LinuxError("enter", found, .notDirectory) }
        } catch {
            throw missing(spec)
        }
        guard !Self.isKernels(found) else { throw refusal(spec) }
        return found.string
    }

    static func isKernels(_ path: FilePath) -> Bool {
        ["/proc", "/sys", "/dev"].contains { path.starts(with: FilePath($0)) }
    }

    private func missing(_ spec: SandboxSpec) -> SandboxError {
        SandboxError(
            .workingDirectory, "the working directory '\(spec.workingDirectory)' is not a directory of the image",
            hint: "make it with WORKDIR, which creates what is missing")
    }

    private func refusal(_ spec: SandboxSpec) -> SandboxError {
        SandboxError(
            .workingDirectory, "'\(spec.workingDirectory)' cannot be a working directory: it is the kernel's",
            hint: "name a directory of the image")
    }

    func remove() {
        mount.unmount()
        guard let scratch = try? RootedDirectory(at: directory.removingLastComponent()),
            let name = directory.lastComponent
        else { return }
        try? scratch.remove(FilePath(root: nil, [name]))
    }
}

/// Something that will be mounted on.
struct MountTarget: Hashable, Sendable {
    /// Absolute.
    var path: FilePath
    var isDirectory: Bool
    /// What the image has there as a link is covered, not followed: for the places that are ours.
    var coversLinks: Bool
}
