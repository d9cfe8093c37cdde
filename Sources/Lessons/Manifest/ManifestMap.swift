import Diagnostics
import Yams

/// A map of a manifest, read key by key; what nobody asked for is unknown and an error.
final class ManifestMap {
    let reader: ManifestReader
    let mark: Mark?
    private let entries: [(key: String, keyMark: Mark?, value: Node)]
    private var asked: [String] = []

    init(reader: ManifestReader, mapping: Node.Mapping, mark: Mark?) {
        self.reader = reader
        self.mark = mark
        entries = mapping.compactMap { key, value in
            guard case .scalar(let scalar) = key else {
                reader.report("manifest-key", "a key must be a word", at: key.mark)
                return nil
            }
            return (scalar.string, key.mark, value)
        }
    }

    var keys: [String] { entries.map(\.key) }

    func node(_ key: String) -> Node? {
        asked.append(key)
        guard let value = entries.first(where: { $0.key == key })?.value else { return nil }
        if case .scalar(let scalar) = value, scalar.style == .plain, scalar.string.isEmpty || scalar.string == "~" {
            return nil
        }
        return value
    }

    func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

    /// Where the value of `key` stands, else the map itself.
    func mark(of key: String) -> Mark? {
        entries.first { $0.key == key }?.value.mark ?? mark
    }

    /// Reports keys that nothing asked for.
    func finish() {
        for entry in entries where !asked.contains(entry.key) {
            let near = Suggestion.nearest(to: entry.key, among: asked)
            let known = asked.sorted().joined(separator: ", ")
            reader.report(
                "manifest-unknown-key", "unknown key `\(entry.key)`", at: entry.keyMark,
                hint: near.map { "did you mean `\($0)`?" } ?? "the keys here are \(known)")
        }
    }

    func string(_ key: String) -> String? {
        guard let node = node(key) else { return nil }
        guard case .scalar(let scalar) = node else {
            wrong(key, "a text", node)
            return nil
        }
        return scalar.string
    }

    func required(_ key: String) -> String? {
        if let value = string(key) { return value }
        if !has(key) { reader.report("manifest-missing-key", "the key `\(key)` is missing here", at: mark) }
        return nil
    }

    func int(_ key: String, in range: ClosedRange<Int> = 0...Int(Int32.max)) -> Int? {
        guard let node = node(key) else { return nil }
        guard case .scalar(let scalar) = node, let value = Int(scalar.string), range.contains(value) else {
            wrong(key, "a whole number from \(range.lowerBound) to \(range.upperBound)", node)
            return nil
        }
        return value
    }

    func bool(_ key: String) -> Bool? {
        guard let node = node(key) else { return nil }
        switch (node.scalar?.string).map({ $0.lowercased() }) {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default:
            wrong(key, "`true` or `false`", node)
            return nil
        }
    }

    /// One text, or a list of them.
    func strings(_ key: String) -> [String]? {
        guard let node = node(key) else { return nil }
        switch node {
        case .scalar(let scalar): return [scalar.string]
        case .sequence(let sequence):
            return sequence.compactMap { element in
                if case .scalar(let scalar) = element { return scalar.string }
                wrong(key, "a list of texts", element)
                return nil
            }
        default:
            wrong(key, "a text or a list of texts", node)
            return nil
        }
    }

    /// Texts by key.
    func texts(_ key: String) -> [String: String]? {
        guard let node = node(key) else { return nil }
        guard case .mapping(let mapping) = node else {
            wrong(key, "a map of texts", node)
            return nil
        }
        var out: [String: String] = [:]
        for (name, value) in mapping {
            guard case .scalar(let name) = name, case .scalar(let value) = value else {
                wrong(key, "a map of texts", value)
                continue
            }
            out[name.string] = value.string
        }
        return out
    }

    func map(_ key: String) -> ManifestMap? {
        guard let node = node(key) else { return nil }
        return reader.map(node, named: "`\(key)`")
    }

    /// The maps of a list.
    func maps(_ key: String) -> [ManifestMap] {
        guard let node = node(key) else { return [] }
        guard case .sequence(let sequence) = node else {
            wrong(key, "a list", node)
            return []
        }
        return sequence.compactMap { reader.map($0, named: "an entry of `\(key)`") }
    }

    /// One of a closed set of words.
    func word<Word>(_ key: String, _ type: Word.Type = Word.self) -> Word?
    where Word: RawRepresentable & CaseIterable, Word.RawValue == String {
        guard let text = string(key) else { return nil }
        return word(text, key: key)
    }

    func words<Word>(_ key: String, _ type: Word.Type = Word.self) -> [Word]?
    where Word: RawRepresentable & CaseIterable, Word.RawValue == String {
        strings(key)?.compactMap { word($0, key: key) }
    }

    private func word<Word>(_ text: String, key: String) -> Word?
    where Word: RawRepresentable & CaseIterable, Word.RawValue == String {
        if let word = Word(rawValue: text) { return word }
        let all = Word.allCases.map(\.rawValue)
        let near = Suggestion.nearest(to: text, among: all)
        reader.report(
            "manifest-value", "`\(key)` cannot be `\(text)`", at: mark(of: key),
            hint: near.map { "did you mean `\($0)`?" } ?? "it is one of \(all.joined(separator: ", "))")
        return nil
    }

    func wrong(_ key: String, _ expected: String, _ node: Node) {
        reader.report("manifest-type", "`\(key)` must be \(expected)", at: node.mark)
    }
}
