import CLinux
import Glibc
import Linux
import SystemPackage

/// A runtime that was found.
struct OCIRuntime: Hashable, Sendable {
    var path: String
    /// `crun`, `runc`, or the name of another.
    var name: String

    static func find(_ choice: RuntimeChoice) throws(SandboxError) -> OCIRuntime {
        switch choice {
        case .path(let path):
            guard let found = locate(path) else {
                throw SandboxError(.runtimeMissing, "the runtime '\(path)' cannot be executed")
            }
            return OCIRuntime(path: found, name: FilePath(found).lastComponent?.string ?? found)
        case .auto:
            for name in ["crun", "runc"] {
                if let found = locate(name) { return OCIRuntime(path: found, name: name) }
            }
            throw SandboxError(
                .runtimeMissing, "neither crun nor runc is installed",
                hint: "install one of them, on Debian: apt-get install crun")
        }
    }

    static func locate(_ program: String) -> String? {
        if program.contains("/") { return access(program, X_OK) == 0 ? program : nil }
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let directories = path.split(separator: ":").map(String.init) + ["/usr/bin", "/usr/sbin", "/usr/local/bin"]
        return directories.filter { $0.hasPrefix("/") }.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }

    /// Makes the host look as the runtime wants it, in our private mount namespace.
    ///
    /// crun up to 1.8 refuses a host that has both versions of control groups with controllers in the second. It makes no
    /// groups here, it only looks; so the second is covered with an empty directory.
    func prepareHost() {
        let second = "/sys/fs/cgroup/unified"
        guard name == "crun", lesson_file_system(second) == 0x6367_7270 else { return }
        _ = lesson_mount("lesson", second, "tmpfs", UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY), "mode=0755")
    }

    /// Processes of the runtime itself that stand in the step's control group beside the step's.
    var ownProcesses: Int { name == "crun" ? 2 : 16 }

    /// The arguments that run a bundle in the foreground.
    func arguments(state: FilePath, bundle: FilePath, log: FilePath, pidFile: FilePath, id: String) -> [String] {
        var arguments = ["--root", state.string, "--log", log.string]
        if name == "crun" { arguments += ["--cgroup-manager", "disabled"] }
        if name == "runc" { arguments += ["--rootless", "true"] }
        return arguments + ["run", "--bundle", bundle.string, "--pid-file", pidFile.string, id]
    }
}
