import Linux
import SystemPackage

/// The files of a run that are not the image's: name resolution, host name, and the list of what is mounted.
struct ContainerFiles {
    static let aptConfiguration = "/run/lesson/apt.conf"

    let spec: SandboxSpec
    let ids: IdentityMapping
    let directory: FilePath
    let network: NetworkSetup

    private struct Own {
        var path: FilePath
        var name: FilePath
        var contents: String
    }

    private var own: [Own] {
        var files = [
            Own(path: "/etc/hosts", name: "hosts", contents: hosts),
            Own(path: "/etc/hostname", name: "hostname", contents: spec.hostname + "\n"),
            Own(path: "/etc/resolv.conf", name: "resolv.conf", contents: network.resolverConfiguration),
        ]
        if ids.isSingle {
            // apt drops to a user of its own, which is not to be had; the image is not to know.
            files.append(
                Own(
                    path: FilePath(Self.aptConfiguration), name: "apt.conf",
                    contents: "APT::Sandbox::User \"root\";\n"))
        }
        return files
    }

    private var hosts: String {
        var text = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\t\(spec.hostname)\n"
        for host in spec.extraHosts { text += "\(host.address)\t\(host.name)\n" }
        return text
    }

    /// What has to be there to be mounted on, in the order of `mounts`: ours first, the spec's last.
    var targets: [MountTarget] {
        ["/dev", "/proc", "/sys"].map { MountTarget(path: $0, isDirectory: true, coversLinks: true) }
            + own.map { MountTarget(path: $0.path, isDirectory: false, coversLinks: true) }
            + spec.mounts.map { mount in
                var isDirectory = true
                if case .bind(let source, _) = mount.kind { isDirectory = (try? RootedDirectory(at: source)) != nil }
                return MountTarget(path: FilePath(mount.target), isDirectory: isDirectory, coversLinks: false)
            }
    }

    /// Writes our files. They belong to container root, as the image's own would.
    func write() throws(SandboxError) {
        do throws(LinuxError) {
            let root = try RootedDirectory(at: directory)
            try root.makeDirectory("files")
            for file in own {
                let path = FilePath("files").appending(file.name.components)
                try root.writeFile(path, Array(file.contents.utf8))
                try root.setOwner(path, uid: ids.offset, gid: ids.offset)
            }
        } catch {
            throw SandboxError(.system, "cannot write the container's files: \(error)")
        }
    }

    /// All mounts, for targets that were laid.
    func mounts(_ laid: [String]) -> [RuntimeConfiguration.Mount] {
        typealias Mount = RuntimeConfiguration.Mount
        var mounts = [
            Mount(destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"]),
            Mount(
                destination: "/dev", type: "tmpfs", source: "tmpfs",
                options: ["nosuid", "strictatime", "mode=755", "size=65536k"]),
            Mount(
                destination: "/dev/pts", type: "devpts", source: "devpts",
                options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]
                    + (ids.count > 5 ? ["gid=5"] : [])),
            Mount(
                destination: "/dev/shm", type: "tmpfs", source: "shm",
                options: ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
            network.systemMount,
        ]
        for (index, file) in own.enumerated() {
            mounts.append(
                Mount(
                    destination: laid[3 + index], type: "bind",
                    source: directory.appending("files").appending(file.name.components).string,
                    options: ["bind", "rw", "nosuid", "nodev", "noexec", "rprivate"]))
        }
        for (mount, target) in zip(spec.mounts, laid.suffix(spec.mounts.count)) {
            let execution = mount.noExecute ? ["noexec"] : []
            switch mount.kind {
            case .bind(let source, let readOnly):
                mounts.append(
                    Mount(
                        destination: target, type: "bind", source: source.string,
                        options: ["bind", readOnly ? "ro" : "rw", "nosuid", "nodev", "rprivate"] + execution))
            case .tmpfs(let size):
                mounts.append(
                    Mount(
                        destination: target, type: "tmpfs", source: "tmpfs",
                        options: ["nosuid", "nodev", "mode=1777"] + execution + (size.map { ["size=\($0)"] } ?? [])))
            }
        }
        return mounts
    }
}
