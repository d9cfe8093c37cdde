import Slides
import Yams

extension ManifestValue {
    /// A YAML node as `Slides` takes it; nesting is bounded by what ``ManifestReader`` lets through. An alias is what it
    /// stands for, up to `budget` values in all, so that a few lines cannot stand for billions.
    init?(_ node: Node, budget: inout Int) {
        budget -= 1
        guard budget > 0 else { return nil }
        let line = max(1, node.mark?.line ?? 1)
        switch node {
        case .scalar(let scalar):
            let isNull = scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
            self = .scalar(isNull ? "" : scalar.string, line: line)
        case .sequence(let sequence):
            var values: [ManifestValue] = []
            for element in sequence {
                guard let value = ManifestValue(element, budget: &budget) else { return nil }
                values.append(value)
            }
            self = .list(values, line: line)
        case .mapping(let mapping):
            var entries: [Entry] = []
            for (key, value) in mapping {
                guard case .scalar(let key) = key, let value = ManifestValue(value, budget: &budget) else { return nil }
                entries.append(Entry(key: key.string, value: value))
            }
            self = .map(entries, line: line)
        case .alias: return nil
        }
    }
}
