import Glibc
package import Linux
import Synchronization
package import SystemPackage

/// Tries everything the sandbox needs.
package enum Doctor {
    /// What can be tried outside the engine's namespaces, also where those cannot be had: programs of the host.
    package static func probeOutside() async -> [Capability] {
        var found: [Capability] = []
        for tool in HostTool.all { found.append(await tool.probe()) }
        return found
    }

    /// What is tried inside: ids, overlayfs, control groups, a real container, a real isolated network.
    ///
    /// - Parameters:
    ///   - store: where layers are kept, made if it is not there; a directory is made in it and removed.
    ///   - runtime: the runtime that is asked for, if any.
    package static func probe(
        _ context: EngineContext, store: FilePath = "/var/tmp", runtime: RuntimeChoice = .auto
    ) async -> [Capability] {
        var found = [namespaces(context), ids(context), controlGroups(context)]
        let (place, trial) = StoreProbe.run(store, context)
        found.append(place)
        guard let trial else { return found }
        defer { trial.remove() }
        found.append(trial.layers())
        if case .path(let path) = runtime {
            found.append(await trial.runtime(path, id: "runtime"))
        } else {
            let crun = await trial.runtime("crun", id: "crun")
            var runc = await trial.runtime("runc", id: "runc")
            // It is asked only where the other is not there.
            if crun.ok, runc.level == .missing { runc.level = .degraded }
            found += [crun, runc]
        }
        found.append(tunnel())
        found.append(await trial.network(runtime))
        return found
    }

    private static func namespaces(_ context: EngineContext) -> Capability {
        Capability(
            id: "user-namespace", title: "user, mount, pid, ipc and cgroup namespaces", level: .ok,
            detail: "in use, started by user \(context.invokingUser)")
    }

    private static func ids(_ context: EngineContext) -> Capability {
        let title = "ids for containers"
        guard context.ids.isSingle else {
            return Capability(
                id: "id-mapping", title: title, level: .ok, detail: "\(context.ids.count) ids are mapped")
        }
        return Capability(
            id: "id-mapping", title: title, level: .degraded,
            detail: "one id is mapped; ownership and changes of user are emulated",
            remedy: "for real ones, as root: apt-get install uidmap, and usermod --add-subuids 100000-165535 "
                + "--add-subgids 100000-165535 USER")
    }

    private static func controlGroups(_ context: EngineContext) -> Capability {
        let title = "control groups"
        guard let group = context.controlGroup else {
            return Capability(
                id: "cgroups", title: title, level: .degraded,
                detail: "none can be made; resource limits and a watchdog stand in",
                remedy: "on a system with systemd, start the program with: systemd-run --user --scope -p Delegate=yes")
        }
        let controllers = ControlGroup.Controller.allCases.filter(group.controls).map(\.rawValue)
        let missing = [ControlGroup.Controller.pids, .memory].filter { !group.controls($0) }.map(\.rawValue)
        return Capability(
            id: "cgroups", title: title, level: missing.isEmpty ? .ok : .degraded,
            detail: "version \(group.version.rawValue): \(controllers.joined(separator: ", "))",
            remedy: missing.isEmpty
                ? nil : "have the controllers \(missing.joined(separator: " and ")) delegated to this user")
    }

    private static func tunnel() -> Capability {
        let title = "/dev/net/tun"
        do throws(SandboxError) {
            try IsolatedNetwork.checkTunnel()
            return Capability(id: "tun", title: title, level: .ok, detail: "can be opened")
        } catch {
            return Capability(id: "tun", title: title, level: .missing, detail: error.message, remedy: error.hint)
        }
    }
}

/// A program of the host that some commands use.
struct HostTool: Sendable {
    var name: String
    var purpose: String
    var package: String
    var versionArguments = ["--version"]
    /// What is missing without it cannot be had otherwise.
    var isNeeded = false

    static let all = [
        HostTool(name: "skopeo", purpose: "images from and to registries", package: "skopeo"),
        HostTool(name: "mmdebstrap", purpose: "base images made from Debian packages", package: "mmdebstrap"),
        HostTool(name: "slirp4netns", purpose: "the isolated network", package: "slirp4netns"),
        HostTool(name: "newuidmap", purpose: "subordinate ids", package: "uidmap", versionArguments: []),
    ]

    func probe() async -> Capability {
        let title = "\(name), for \(purpose)"
        guard let path = OCIRuntime.locate(name) else {
            return Capability(
                id: name, title: title, level: isNeeded ? .missing : .degraded, detail: "not installed",
                remedy: "on Debian: apt-get install \(package)")
        }
        guard !versionArguments.isEmpty else { return Capability(id: name, title: title, level: .ok, detail: path) }
        let command = ChildProcess.Command(path, versionArguments, environment: ChildProcess.Command.hostEnvironment)
        guard let done = try? await ChildProcess.run(command, deadline: .seconds(10), outputLimit: 65536),
            done.ending.isSuccess
        else {
            return Capability(
                id: name, title: title, level: .degraded, detail: "\(path) does not start",
                remedy: "install it anew, on Debian: apt-get install --reinstall \(package)")
        }
        let line = String(decoding: done.standardOutput.prefix { $0 != 10 }, as: UTF8.self)
        return Capability(id: name, title: title, level: .ok, detail: line.isEmpty ? path : line)
    }
}
