/// Tells a step that met a dead network from one that is wrong.
///
/// A machine off the network is nothing that the author of a Dockerfile did. `apt-get update` ends with 0 there, with
/// no package lists, so that it is the next step that fails, and would be found in the cache when the network is back.
enum NetworkTrouble {
    /// Where the mirrors of base images' package managers are. Nobody types these, so nobody mistypes them.
    private static let domains = [".debian.org", ".ubuntu.com", ".alpinelinux.org"]

    private static let symptoms = [
        "Temporary failure resolving", "Could not resolve", "Could not connect to", "Unable to connect to",
        "Cannot initiate the connection to", "Network is unreachable", "temporary error (try again later)",
        "network connection aborted",
    ]

    /// The mirror that a step did not reach and then failed, or went on without; nil when it was something else.
    static func unreachable(in output: [UInt8], succeeded: Bool) -> String? {
        let text = String(decoding: output, as: UTF8.self)
        if succeeded, !text.contains("Some index files failed to download") { return nil }
        for line in text.split(whereSeparator: \.isNewline) where symptoms.contains(where: { line.contains($0) }) {
            let words = line.split { !($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") }
            if let mirror = words.first(where: { word in domains.contains { word.hasSuffix($0) } }) {
                return String(mirror)
            }
        }
        return nil
    }
}
