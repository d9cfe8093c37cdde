/// Build arguments that set a proxy: every `RUN` sees them in both spellings, no cache key and no history does.
struct ProxyVariables: Sendable, Hashable {
    /// The names that count, in lower case.
    static let names = ["http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"]

    /// `NAME=value` in both spellings.
    let entries: [String]

    init(buildArguments: [String: String]) {
        var entries: [String] = []
        for name in Self.names {
            // Where both spellings are given, the one in lower case wins.
            let matching = buildArguments.keys.filter { $0.lowercased() == name }.sorted()
            guard let key = matching.last, let value = buildArguments[key], !value.isEmpty else { continue }
            entries += ["\(name.uppercased())=\(value)", "\(name)=\(value)"]
        }
        self.entries = entries
    }

    /// The IPv4 addresses of the proxies: who names one on the command line wants it to be reached, also where it is
    /// private.
    func addresses() async -> [[UInt8]] {
        let urls = entries.compactMap { entry -> String? in
            let parts = entry.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].hasSuffix("_proxy"), parts[0] != "no_proxy" else { return nil }
            return parts[1].contains("://") ? String(parts[1]) : "http://\(parts[1])"
        }
        let hosts = Set(urls.compactMap { RemoteURL($0)?.host })
        guard !hosts.isEmpty else { return [] }
        return await Blocking.run { () throws(Never) in
            hosts.sorted().flatMap { PublicAddress.lookUp($0).map(\.bytes).filter { $0.count == 4 } }
        }
    }
}
