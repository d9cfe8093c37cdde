extension EntryText {
    /// The value of a property of its own; the last counts.
    func value(of key: String) -> String? { properties.last { $0.key == key }?.value }
}

extension String {
    /// Class names, separated by commas and blanks.
    var classList: [String] { split { $0 == "," || $0 == " " }.map(String.init) }
}

extension [String: String] {
    /// Adds a slide's own properties to those it inherits: classes add up, the rest replaces.
    mutating func merge(own properties: [Property]) {
        self["name"] = nil
        for property in properties {
            if property.key == "class", let inherited = self["class"], !inherited.isEmpty {
                // A class counts once; past a bound, which no deck reaches, the inherited ones are dropped.
                let known = inherited.classList
                let added = property.value.classList.filter { !known.contains($0) }
                self["class"] =
                    known.count + added.count <= 32 ? (known + added).joined(separator: ", ") : property.value
            } else if count < 256 || self[property.key] != nil {
                self[property.key] = property.value
            }
        }
    }
}
