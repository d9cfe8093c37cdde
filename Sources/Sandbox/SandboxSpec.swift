package import Linux
package import SystemPackage

/// What a step may reach on the network.
package enum NetworkMode: String, Hashable, Sendable, Codable, CaseIterable {
    /// A network namespace with nothing but its own loopback.
    case none
    /// The outside world, but not this host, its services, or private addresses.
    case isolated
    /// The host's own network: only when the person who runs the program asked for it.
    case host
}

/// Who a process in a container is; the container's ids, all below 2^31.
package struct SandboxUser: Hashable, Sendable, Codable {
    package var uid: UInt32
    package var gid: UInt32
    package var additionalGIDs: [UInt32]
    /// Its home directory, if the image names one.
    package var home: String?

    package init(uid: UInt32 = 0, gid: UInt32 = 0, additionalGIDs: [UInt32] = [], home: String? = nil) {
        self.uid = uid
        self.gid = gid
        self.additionalGIDs = additionalGIDs
        self.home = home
    }

    /// Root of the container.
    package static let root = SandboxUser(home: "/root")
}

/// Something of the engine's that a step sees in its tree.
package struct SandboxMount: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// A directory or file, by a path of the engine's that nobody else can change.
        case bind(source: FilePath, readOnly: Bool)
        /// An empty directory in memory, at most `size` bytes.
        case tmpfs(size: Int64?)
    }

    /// Where, an absolute path in the container; links in it are followed inside the container's root.
    package var target: String
    package var kind: Kind
    /// What is refused in it: set-id bits and devices always, programs if this is set.
    package var noExecute: Bool

    package init(target: String, kind: Kind, noExecute: Bool = false) {
        self.target = target
        self.kind = kind
        self.noExecute = noExecute
    }
}

/// What a step reads.
package enum SandboxInput: Hashable, Sendable {
    /// `/dev/null`.
    case null
    /// Our own standard input.
    case inherit
    case bytes([UInt8])
}

/// One process to run in a tree of layers, and what it may do.
package struct SandboxSpec: Sendable {
    /// Layers, bottom first.
    package var layers: [FilePath]
    /// An empty directory that gets the changes, and one on the same file system for overlayfs to work in.
    package var upper: FilePath
    package var work: FilePath
    package var arguments: [String]
    /// `NAME=value`; `PATH` and `HOME` are added where they are missing, nothing else.
    package var environment: [String]
    /// An absolute path in the container that exists.
    package var workingDirectory: String = "/"
    package var user: SandboxUser = .root
    package var mounts: [SandboxMount] = []
    package var network: NetworkMode = .none
    /// IPv4 addresses, in network order, that `isolated` leaves reachable though they are private: a proxy that the
    /// person who runs the program named.
    package var openAddresses: [[UInt8]] = []
    package var limits: ResourceLimits = .defaults
    package var hostname: String = "lesson"
    /// Lines for `/etc/hosts`: name and address.
    package var extraHosts: [(name: String, address: String)] = []
    package var standardInput: SandboxInput = .null
    /// Gives the process a terminal of its own, joined to ours.
    package var terminal: Bool = false
    package var readOnlyRoot: Bool = false

    package init(
        layers: [FilePath], upper: FilePath, work: FilePath, arguments: [String], environment: [String] = []
    ) {
        self.layers = layers
        self.upper = upper
        self.work = work
        self.arguments = arguments
        self.environment = environment
    }
}
