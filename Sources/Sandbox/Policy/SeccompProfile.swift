/// Which system calls a step may make: the container ecosystem's usual allow-list, and what we add to it.
///
/// What is not listed fails with `EPERM`: `bpf`, `mount`, `unshare`, `setns`, `userfaultfd`, `keyctl`, `io_uring_*`,
/// `perf_event_open`, `kexec_*`, module loading, the clock, the host name and the like.
enum SeccompProfile {
    /// - Parameters:
    ///   - singleID: changes of owner and user succeed and do nothing (root emulation with one id).
    ///   - runs32Bit: programs of the processor's 32-bit mode may run; else their first call ends them. Each mode costs
    ///     the runtime some 4 ms of compiling the filter, so only images that have such programs pay for it.
    static func json(singleID: Bool, runs32Bit: Bool = false) -> JSONValue {
        var rules: [JSONValue] = []
        let emulated = singleID ? SystemCalls.identity : []
        rules.append(rule(SystemCalls.allowed.filter { !emulated.contains($0) }, allow))
        rules += conditions
        // A step's files are written to disk once, when the engine keeps its layer.
        rules.append(rule(SystemCalls.syncing, errno, errno: 0))
        // Only the arguments behind the pointer would tell a thread from a namespace: callers fall back to clone.
        rules.append(rule(["clone3"], errno, errno: 38))
        if singleID {
            rules.append(rule(SystemCalls.identity, errno, errno: 0))
            rules += deviceNodes
        } else {
            rules.append(rule(["mknod", "mknodat"], allow))
        }
        return .object([
            ("defaultAction", .string(errno)), ("defaultErrnoRet", 1),
            ("architectures", .strings(runs32Bit ? Self.architectures : Array(Self.architectures.prefix(1)))),
            ("syscalls", .array(rules)),
        ])
    }

    private static let allow = "SCMP_ACT_ALLOW"
    private static let errno = "SCMP_ACT_ERRNO"

    /// The processor's own, and its 32-bit mode; nobody uses x32, so its calls are refused.
    private static var architectures: [String] {
        #if arch(x86_64)
            ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]
        #elseif arch(arm64)
            ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"]
        #else
            []
        #endif
    }

    private static func rule(
        _ names: [String], _ action: String, errno: Int64? = nil, arguments: [JSONValue] = []
    ) -> JSONValue {
        var members: [(String, JSONValue)] = [("names", .strings(names)), ("action", .string(action))]
        if let errno { members.append(("errnoRet", .number(errno))) }
        if !arguments.isEmpty { members.append(("args", .array(arguments))) }
        return .object(members)
    }

    /// Argument `index`, masked, equals `value`.
    private static func masked(_ index: Int64, mask: Int64, equals value: Int64) -> JSONValue {
        .object([
            ("index", .number(index)), ("value", .number(mask)), ("valueTwo", .number(value)),
            ("op", "SCMP_CMP_MASKED_EQ"),
        ])
    }

    /// Calls that are allowed with some arguments only. The kernel reads an `int` argument's low half, so only that is
    /// compared.
    private static var conditions: [JSONValue] {
        // AF_UNIX, INET, INET6, NETLINK, PACKET. Not AF_VSOCK and AF_ALG, which no namespace keeps from the host, nor
        // the many families that nobody builds software with.
        let families: [Int64] = [1, 2, 10, 16, 17]
        var rules = families.map { rule(["socket"], allow, arguments: [masked(0, mask: 0xffff_ffff, equals: $0)]) }
        // No new namespaces: CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}.
        rules.append(rule(["clone"], allow, arguments: [masked(0, mask: 0x7e02_0000, equals: 0)]))
        // Linux, Linux without address randomisation's legacy, 32 bits, and asking.
        for persona: Int64 in [0x0, 0x0008, 0x20000, 0x20008, 0xffff_ffff] {
            rules.append(rule(["personality"], allow, arguments: [masked(0, mask: 0xffff_ffff, equals: persona)]))
        }
        return rules
    }

    /// With one id, device nodes are pretended; fifos and plain files are made.
    private static var deviceNodes: [JSONValue] {
        var rules: [JSONValue] = []
        for (name, index) in [("mknod", 1), ("mknodat", 2)] as [(String, Int64)] {
            for kind: Int64 in [0o020000, 0o060000] {
                rules.append(rule([name], errno, errno: 0, arguments: [masked(index, mask: 0o170000, equals: kind)]))
            }
            for kind: Int64 in [0, 0o100000, 0o010000, 0o140000] {
                rules.append(rule([name], allow, arguments: [masked(index, mask: 0o170000, equals: kind)]))
            }
        }
        return rules
    }
}
