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
}
