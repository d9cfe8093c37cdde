import Linux
import SystemPackage

/// The network of one run.
struct NetworkSetup {
    let mode: NetworkMode
    let configuration: RuntimeConfiguration.Network
    let resolverConfiguration: String
    let systemMount: RuntimeConfiguration.Mount
    private let isolated: IsolatedNetwork?

    init(_ mode: NetworkMode, open: [[UInt8]], directory: FilePath) throws(SandboxError) {
        self.mode = mode
        let options = ["nosuid", "noexec", "nodev", "ro"]
        switch mode {
        case .none:
            isolated = nil
            configuration = .own
            resolverConfiguration = "# no network\n"
            systemMount = .init(destination: "/sys", type: "sysfs", source: "sysfs", options: options)
        case .host:
            isolated = nil
            configuration = .host
            resolverConfiguration =
                (try? RootedDirectory(at: "/etc").readFile("resolv.conf", limit: 65536))
                .map { String(decoding: $0, as: UTF8.self) } ?? ""
            systemMount = .init(
                destination: "/sys", type: "bind", source: "/sys", options: ["rbind", "rprivate"] + options)
        case .isolated:
            let network = try IsolatedNetwork(directory: directory, open: open)
            isolated = network
            configuration = .joined(network.namespace)
            resolverConfiguration = "nameserver \(network.link.resolver.map { "\($0)" }.joined(separator: "."))\n"
            systemMount = .init(
                destination: "/sys", type: "bind", source: network.system.string,
                options: ["rbind", "rprivate"] + options)
        }
    }

    /// Waits until it can be used.
    func finish() throws(SandboxError) {
        try isolated?.finish()
    }

    func tearDown() {
        isolated?.tearDown()
    }
}
