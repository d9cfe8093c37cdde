import Checks

/// A field of the configuration that two images have different.
struct ConfigurationDifference: Encodable, Hashable {
    var field: String
    var first: String
    var second: String

    static func all(_ a: ConfigObservation, _ b: ConfigObservation) -> [ConfigurationDifference] {
        var found: [ConfigurationDifference] = []
        func compare(_ field: String, _ first: String, _ second: String) {
            if first != second { found.append(ConfigurationDifference(field: field, first: first, second: second)) }
        }
        func words(_ list: [String]) -> String {
            "[" + list.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
        }
        compare("architecture", a.architecture, b.architecture)
        compare("user", a.user, b.user)
        compare("workdir", a.workingDirectory, b.workingDirectory)
        compare("entrypoint", words(a.entrypoint), words(b.entrypoint))
        compare("cmd", words(a.command), words(b.command))
        for name in Set(a.environment.keys).union(b.environment.keys).sorted() {
            compare("env \(name)", a.environment[name] ?? "", b.environment[name] ?? "")
        }
        for name in Set(a.labels.keys).union(b.labels.keys).sorted() {
            compare("label \(name)", a.labels[name] ?? "", b.labels[name] ?? "")
        }
        compare("ports", words(a.ports), words(b.ports))
        compare("healthcheck", a.hasHealthcheck ? "yes" : "no", b.hasHealthcheck ? "yes" : "no")
        compare("stop signal", a.stopSignal ?? "", b.stopSignal ?? "")
        return found
    }
}
