/// Variables in the order in which they were first set; setting one again keeps its place.
struct EnvironmentList: Sendable, Hashable {
    private(set) var names: [String] = []
    private var values: [String: String] = [:]

    init() {}

    /// Takes `NAME=value` entries as an image config holds them; one without `=` is a name without value.
    init(entries: [String]) {
        for entry in entries {
            let (name, value) = Self.split(entry)
            self[name] = value
        }
    }

    subscript(name: String) -> String? {
        get { values[name] }
        set {
            if let newValue {
                if values.updateValue(newValue, forKey: name) == nil { names.append(name) }
            } else if values.removeValue(forKey: name) != nil {
                names.removeAll { $0 == name }
            }
        }
    }

    /// `NAME=value` for each.
    var entries: [String] { names.map { "\($0)=\(values[$0] ?? "")" } }

    /// Takes `NAME=value` apart at the first `=`.
    static func split(_ entry: String) -> (name: String, value: String) {
        guard let equals = entry.utf8.firstIndex(of: UInt8(ascii: "=")) else { return (entry, "") }
        return (String(entry[..<equals]), String(entry[entry.utf8.index(after: equals)...]))
    }
}
