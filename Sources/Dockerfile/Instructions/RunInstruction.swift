/// `RUN [--mount= --network= --security=] command`
package struct RunInstruction: Hashable, Sendable {
    package var commandLine: CommandLine
    package var heredocs: [Heredoc] = []
    /// The values of `--mount`, unexpanded, in order.
    package var mountFlags: [String] = []
    /// The `from=` of each of ``mountFlags`` that has one (never expanded): what the stage depends on.
    package var mountOrigins: [String] = []
    /// The mounts: empty until ``Instruction/expanded(in:)``, which parses ``mountFlags``.
    package var mounts: [Mount] = []
    package var network: NetworkMode = .default
    package var security: SecurityMode = .sandbox

    package init(commandLine: CommandLine) { self.commandLine = commandLine }

    package enum NetworkMode: String, Hashable, Sendable, CaseIterable {
        case `default`
        case none
        case host
    }

    package enum SecurityMode: String, Hashable, Sendable, CaseIterable {
        case sandbox
        case insecure
    }
}

/// One `--mount` of `RUN`.
package struct Mount: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case bind
        case cache
        case tmpfs
        case secret
        case ssh
    }

    package enum Sharing: String, Hashable, Sendable, CaseIterable {
        case shared
        case `private`
        case locked
    }

    package var kind: Kind = .bind
    /// A stage, an image or a named context; nil: the build context (bind), nothing (cache).
    package var from: String?
    package var source = ""
    package var target = ""
    package var isReadOnly = true
    /// `id=` of cache, secret and ssh mounts.
    package var id = ""
    package var sharing: Sharing?
    /// A secret or ssh mount that must be there.
    package var isRequired = false
    /// `env=`: the variable that gets the secret.
    package var environmentVariable: String?
    /// Permission bits, from octal.
    package var mode: UInt32?
    package var uid: UInt32?
    package var gid: UInt32?
    /// `size=` of a tmpfs, in bytes.
    package var size: Int64?

    package init() {}
}
