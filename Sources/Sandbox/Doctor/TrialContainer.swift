import Glibc
import Linux
import Synchronization
import SystemPackage

/// A container made of the host's own programs, read-only, to try the real thing with.
struct TrialContainer {
    private let context: EngineContext
    private let directory: FilePath
    private var mounts: [SandboxMount] = []

    init(context: EngineContext, store: FilePath) throws(LinuxError) {
        self.context = context
        var template = Array(store.appending("lesson-doctor-XXXXXX").string.utf8CString)
        guard mkdtemp(&template) != nil else {
            throw LinuxError("make a directory in", store, Errno(rawValue: errno))
        }
        directory = FilePath(platformString: template)
        let own = try RootedDirectory(at: directory)
        for name in ["base", "top", "upper", "work"] as [FilePath] { try own.makeDirectory(name) }
        let base = try own.subdirectory("base")
        let host = try RootedDirectory(at: "/")
        for name in ["usr", "bin", "lib", "lib64"] as [FilePath] {
            guard let status = try host.statusIfPresent(name, followingLast: false) else { continue }
            if status.kind == .symbolicLink {
                try base.makeSymbolicLink(name, target: try host.readLink(name))
            } else if status.kind == .directory {
                let path = FilePath("/").appending(name.components)
                mounts.append(SandboxMount(target: path.string, kind: .bind(source: path, readOnly: true)))
            }
        }
    }

    func remove() {
        guard let above = try? RootedDirectory(at: directory.removingLastComponent()),
            let name = directory.lastComponent
        else { return }
        try? above.remove(FilePath(root: nil, [name]))
    }

    /// Writes something, as a layer would.
    func fill() throws(LinuxError) {
        let own = try RootedDirectory(at: directory)
        try own.writeFile("filled", [UInt8](repeating: 1, count: 1 << 20))
        try own.remove("filled")
    }

    /// Lays one layer over another and changes a file in what comes out.
    func layers() -> Capability {
        let title = "overlayfs without privilege"
        do throws(LinuxError) {
            let scratch = try RootedDirectory(at: context.scratch)
            try scratch.makeDirectory("doctor")
            let tree = try context.layering.tree(
                [directory.appending("base"), directory.appending("top")], upper: directory.appending("upper"),
                work: directory.appending("work"), at: context.scratch.appending("doctor"))
            try tree.root.writeFile("tried", [1])
            try tree.root.remove("tried")
            try tree.finish()
            try scratch.remove("doctor")
        } catch {
            return Capability(
                id: "overlayfs", title: title, level: .missing,
                detail: "layers can neither be mounted nor copied: \(error)",
                remedy: "set LESSON_HOME to a directory on a local disk (ext4, xfs, btrfs)")
        }
        switch context.layering.copying {
        case nil:
            return Capability(id: "overlayfs", title: title, level: .ok, detail: "layers can be mounted and changed")
        case .asked:
            return Capability(
                id: "overlayfs", title: title, level: .degraded, detail: "layers are copied, as LESSON_SNAPSHOTS says",
                remedy: "unset LESSON_SNAPSHOTS to have them mounted")
        case .refused(let error):
            return Capability(
                id: "overlayfs", title: title, level: .degraded,
                detail: "\(error); layers are copied, which takes more time and space",
                remedy: "use Linux 5.11 or newer, and set LESSON_HOME to a directory on a local disk (ext4, xfs, btrfs)"
            )
        }
    }

    /// Runs a program that looks at itself.
    func runtime(_ name: String, id: String) async -> Capability {
        let title = "containers with \(name)"
        guard let path = OCIRuntime.locate(name) else {
            // One of them is enough, unless it is what was asked for.
            let hasOther = id == name && ["crun", "runc"].contains { $0 != name && OCIRuntime.locate($0) != nil }
            return Capability(
                id: id, title: title, level: hasOther ? .degraded : .missing, detail: "not installed",
                remedy: "on Debian: apt-get install \(name)")
        }
        switch await run(.path(path), .none, ["/bin/cat", "/proc/self/status"]) {
        case .failure(let error):
            return Capability(
                id: id, title: title, level: .missing, detail: error.message, remedy: error.hint)
        case .success(let text):
            let filtered = text.contains("Seccomp:\t2") && text.contains("NoNewPrivs:\t1")
            return Capability(
                id: id, title: title, level: filtered ? .ok : .missing,
                detail: filtered
                    ? "a program ran, with system calls filtered"
                    : "a program ran, but without a filter of system calls",
                remedy: filtered ? nil : "install a \(name) that was built with seccomp")
        }
    }

    /// Gets a network up.
    func network(_ runtime: RuntimeChoice) async -> Capability {
        let title = "the isolated network"
        switch await run(runtime, .isolated, ["/bin/cat", "/proc/net/route"]) {
        case .failure(let error):
            return Capability(
                id: "network-isolated", title: title, level: .missing, detail: error.message, remedy: error.hint)
        case .success(let text):
            let isUp = text.contains("tap0\t00000000")
            return Capability(
                id: "network-isolated", title: title, level: isUp ? .ok : .missing,
                detail: isUp
                    ? "the outside is reachable, this host is not" : "slirp4netns started, but there is no route",
                remedy: isUp ? nil : "see that slirp4netns works: slirp4netns --configure")
        }
    }

    private func run(
        _ runtime: RuntimeChoice, _ network: NetworkMode, _ arguments: [String]
    ) async -> Result<String, SandboxError> {
        var spec = SandboxSpec(
            layers: [directory.appending("base")], upper: directory.appending("upper"),
            work: directory.appending("work"), arguments: arguments)
        spec.mounts = mounts
        spec.network = network
        spec.limits = ResourceLimits(wall: .seconds(30), memory: 256 << 20, processes: 64, outputBytes: 65536)
        let text = Mutex<[UInt8]>([])
        do throws(SandboxError) {
            let sandbox = try Sandbox(
                context: context, runtime: runtime, scratch: context.scratch)
            let outcome = try await sandbox.run(spec) { _, bytes in text.withLock { $0 += bytes } }
            let said = text.withLock { String(decoding: $0, as: UTF8.self) }
            guard outcome.ending == .exited(0) else {
                throw SandboxError(.runtimeFailed, "a program in a container failed: \(said.prefix(300))")
            }
            return .success(said)
        } catch {
            return .failure(error)
        }
    }
}
