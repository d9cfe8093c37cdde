import Linux
import SystemPackage

/// A runtime's `config.json` (OCI runtime-spec 1.0.2) for one run.
struct RuntimeConfiguration {
    var ids: IdentityMapping
    var root: FilePath
    var readOnlyRoot: Bool
    var arguments: [String]
    var environment: [String]
    /// Canonical, resolved by us.
    var workingDirectory: String
    var user: SandboxUser
    var hostname: String
    var terminal: Bool
    var limits: ResourceLimits
    var mounts: [Mount]
    var network: Network
    /// Whether a control group counts processes; where none does, the kernel's limit per user stands in.
    var countsProcesses: Bool
    var runs32Bit = false
    /// Rows and columns of a terminal, if there is one and it has a size.
    var terminalSize: (rows: Int64, columns: Int64)?

    struct Mount {
        var destination: String
        var type: String
        var source: String
        var options: [String]
    }

    enum Network: Hashable {
        /// A new, empty one.
        case own
        /// One that is there, by path.
        case joined(FilePath)
        case host
    }

    /// Docker's default set.
    static let capabilities = [
        "CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_MKNOD",
        "CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID",
        "CAP_SYS_CHROOT",
    ]

    static let maskedPaths = [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap",
        "/sys/firmware", "/sys/fs/cgroup", "/sys/fs/selinux", "/sys/kernel/debug", "/sys/kernel/security",
    ]

    static let readOnlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]

    var json: JSONValue {
        .object([
            ("ociVersion", "1.0.2"),
            ("process", process),
            ("root", .object([("path", .string(root.string)), ("readonly", .bool(readOnlyRoot))])),
            ("hostname", .string(hostname)),
            ("mounts", .array(mounts.map(Self.mount))),
            ("linux", linux),
        ])
    }

    private var process: JSONValue {
        // Root starts with its capabilities, another user with none; nobody inherits any.
        let held: JSONValue = user.uid == 0 ? .strings(Self.capabilities) : .array([])
        let size: [(String, JSONValue)] =
            terminalSize.map {
                [("consoleSize", .object([("height", .number($0.rows)), ("width", .number($0.columns))]))]
            } ?? []
        return .object(
            size + [
                ("terminal", .bool(terminal)),
                (
                    "user",
                    .object([
                        ("uid", .number(Int64(user.uid))), ("gid", .number(Int64(user.gid))),
                        ("additionalGids", .array(groups.map { .number(Int64($0)) })),
                        ("umask", 0o022),
                    ])
                ),
                ("args", .strings(arguments)),
                ("env", .strings(environment)),
                ("cwd", .string(workingDirectory)),
                (
                    "capabilities",
                    .object([
                        ("bounding", .strings(Self.capabilities)), ("effective", held), ("permitted", held),
                        ("inheritable", .array([])), ("ambient", .array([])),
                    ])
                ),
                ("rlimits", .array(rlimits)),
                ("noNewPrivileges", true),
            ])
    }

    /// The primary group is named too: a process could else shed a group that a file denies.
    private var groups: [UInt32] {
        ids.isSingle ? [] : [user.gid] + user.additionalGIDs.filter { $0 != user.gid }
    }

    private var rlimits: [JSONValue] {
        var found: [JSONValue] = []
        func limit(_ name: String, _ soft: Int64, _ hard: Int64) {
            found.append(.object([("type", .string(name)), ("soft", .number(soft)), ("hard", .number(hard))]))
        }
        limit("RLIMIT_CORE", 0, 0)
        if let files = limits.openFiles {
            // Where the person's own limit is lower, it cannot be raised.
            let most = min(Int64(files), ProcessLimits.openFiles)
            limit("RLIMIT_NOFILE", min(1024, most), most)
        }
        if let bytes = limits.writtenBytes {
            // One file may go over it by a little, so that the watch sees that it did.
            let most = bytes.addingReportingOverflow(16 << 20)
            limit("RLIMIT_FSIZE", most.overflow ? bytes : most.partialValue, most.overflow ? bytes : most.partialValue)
        }
        if !countsProcesses, let processes = limits.processes {
            // Some more than allowed, so that the watchdog has time to see that there were more.
            let most = Int64(processes) + Int64(processes) / 2 + 16
            limit("RLIMIT_NPROC", most, most)
        }
        if let cpu = limits.cpu {
            // More than allowed, for when the watchdog comes late. The soft limit's signal says why; the hard one's only
            // kills.
            let seconds = max(1, cpu.nanoseconds / 1_000_000_000 + 2)
            limit("RLIMIT_CPU", seconds, seconds + 1)
        }
        return found
    }

    private var linux: JSONValue {
        let map: JSONValue = .array([
            .object([
                ("containerID", 0), ("hostID", .number(Int64(ids.offset))), ("size", .number(Int64(ids.count))),
            ])
        ])
        var namespaces: [JSONValue] = ["pid", "ipc", "uts", "mount", "user", "cgroup"].map {
            .object([("type", .string($0))])
        }
        switch network {
        case .own: namespaces.append(.object([("type", "network")]))
        case .joined(let path): namespaces.append(.object([("type", "network"), ("path", .string(path.string))]))
        case .host: break
        }
        return .object([
            ("uidMappings", map), ("gidMappings", map),
            ("namespaces", .array(namespaces)),
            ("maskedPaths", .strings(Self.maskedPaths)),
            ("readonlyPaths", .strings(Self.readOnlyPaths)),
            ("seccomp", SeccompProfile.json(singleID: ids.isSingle, runs32Bit: runs32Bit)),
        ])
    }

    private static func mount(_ mount: Mount) -> JSONValue {
        .object([
            ("destination", .string(mount.destination)), ("type", .string(mount.type)),
            ("source", .string(mount.source)), ("options", .strings(mount.options)),
        ])
    }
}
