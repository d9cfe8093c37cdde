import CLinux
import Glibc
import Synchronization
import SystemPackage

/// Why the engine's namespaces cannot be had; the hint says what to do.
package struct EngineNamespaceError: Error, Sendable, CustomStringConvertible {
    package var message: String
    package var hint: String?
    package var underlying: LinuxError?

    init(_ message: String, hint: String? = nil, underlying: LinuxError? = nil) {
        self.message = message
        self.hint = hint
        self.underlying = underlying
    }

    package var description: String { underlying.map { "\(message): \($0)" } ?? message }
}

/// The user, mount, pid, cgroup and ipc namespaces that every command of the engine runs in.
///
/// Outside stays a process that passes signals on, waits, and cleans up. Inside, a small init (pid 1) reaps and
/// dies with the one outside; the kernel then ends everything else in the namespace, so that not even SIGKILL leaves
/// something running. The engine itself is init's child.
package enum EngineNamespace {
    static let variable = "LESSON_ENGINE"
    private static let known = Mutex<EngineContext?>(nil)

    /// Runs this program again inside the engine's namespaces and ends this process with the status of that one; returns
    /// only inside.
    ///
    /// - Parameter holdingSignals: whether the program inside is to begin with SIGINT, SIGTERM and SIGHUP blocked, so that
    ///   none is lost before it takes them.
    package static func reexecuteIfNeeded(holdingSignals: Bool = false) throws(EngineNamespaceError) {
        if inside() != nil { return }
        let outside = try OutsideProcess(holdingSignals: holdingSignals)
        try outside.run()
    }

    /// How a container's ids would be seen inside, asked outside.
    package static var identities: IdentityMapping { IdentityPlan.best(uid: getuid(), gid: getgid()).mapping }

    /// What we stand in; throws outside.
    package static func current() throws(EngineNamespaceError) -> EngineContext {
        guard let context = inside() else {
            throw EngineNamespaceError("not inside the engine's namespaces")
        }
        return context
    }

    private static func inside() -> EngineContext? {
        known.withLock { known in
            if known == nil { known = verified() }
            return known
        }
    }

    /// The variable alone proves nothing: we must be root of a user namespace with the mapping it tells of, started by
    /// its init, with our own tmpfs in place.
    private static func verified() -> EngineContext? {
        guard let marker = HostEnvironment.value(variable), let context = EngineContext(marker: marker),
            geteuid() == 0, getppid() == 1, mapped(context.ids), isScratch(context.scratch)
        else { return nil }
        unsetenv(variable)
        // The Swift runtime takes it for a crash; from a terminal it is a wish to end.
        signal(SIGQUIT, SIG_DFL)
        return context
    }

    private static func mapped(_ ids: IdentityMapping) -> Bool {
        guard let text = HostFile.read("/proc/self/uid_map") else { return false }
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").compactMap { UInt32($0) } }
        guard let first = lines.first, first.count == 3, first[0] == 0, first[2] == 1 else { return false }
        if ids.isSingle { return lines.count == 1 }
        return lines.count > 1 && lines[1].count == 3 && lines[1][0] == ids.offset && lines[1][2] >= ids.count
    }

    private static func isScratch(_ path: FilePath) -> Bool {
        lesson_file_system(path.string) == 0x0102_1994
    }
}
