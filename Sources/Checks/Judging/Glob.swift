/// A pattern for paths: `*` any name's part, `**` any depth, `?` one character, `[a-z]` a class; no slash means that the
/// last name alone is matched.
struct Glob: Sendable {
    private let pattern: [Unicode.Scalar]
    private let matchesName: Bool
    private let crossesSlashes: Bool

    /// - Parameter crossesSlashes: `*` and `?` match a slash too, for texts that are no paths.
    init(_ pattern: String, crossesSlashes: Bool = false) {
        self.crossesSlashes = crossesSlashes
        self.pattern = Array(pattern.unicodeScalars.prefix(1000))
        matchesName = !crossesSlashes && !pattern.contains("/")
    }

    func matches(_ text: String) -> Bool {
        let whole = text.unicodeScalars
        if matchesName, let slash = whole.lastIndex(of: "/") {
            return matches(Array(whole[whole.index(after: slash)...]))
        }
        return matches(Array(whole))
    }

    /// The set of places in the pattern that can be reached, moved along the text: linear in the text times the
    /// pattern, whatever the pattern is.
    private func matches(_ text: [Unicode.Scalar]) -> Bool {
        var states = closure([0])
        for scalar in text {
            var next: Set<Int> = []
            for state in states where state < pattern.count {
                switch pattern[state] {
                case "*":
                    if isDouble(state) || crossesSlashes || scalar != "/" { next.insert(state) }
                case "?":
                    if crossesSlashes || scalar != "/" { next.insert(state + 1) }
                case "[":
                    guard let (end, contains) = set(at: state, scalar) else {
                        if scalar == "[" { next.insert(state + 1) }
                        continue
                    }
                    if contains, scalar != "/" { next.insert(end) }
                case "\\" where state + 1 < pattern.count:
                    if pattern[state + 1] == scalar { next.insert(state + 2) }
                default:
                    if pattern[state] == scalar { next.insert(state + 1) }
                }
            }
            states = closure(next)
            if states.isEmpty { return false }
        }
        return states.contains(pattern.count)
    }

    private func isDouble(_ index: Int) -> Bool {
        index + 1 < pattern.count && pattern[index + 1] == "*" || index > 0 && pattern[index - 1] == "*"
    }

    /// Stars match nothing too; `**/` matches no directory at all.
    private func closure(_ states: Set<Int>) -> Set<Int> {
        var all = states
        var pending = Array(states)
        while let state = pending.popLast() {
            guard state < pattern.count, pattern[state] == "*" else { continue }
            var reachable = [state + 1]
            if state + 2 < pattern.count, pattern[state + 1] == "*", pattern[state + 2] == "/" {
                reachable.append(state + 3)
            }
            for next in reachable where all.insert(next).inserted { pending.append(next) }
        }
        return all
    }

    private func set(at start: Int, _ scalar: Unicode.Scalar) -> (end: Int, contains: Bool)? {
        var index = start + 1
        var isNegated = false
        if index < pattern.count, pattern[index] == "!" || pattern[index] == "^" {
            isNegated = true
            index += 1
        }
        let first = index
        var contains = false
        while index < pattern.count {
            if pattern[index] == "]", index > first { return (index + 1, contains != isNegated) }
            if index + 2 < pattern.count, pattern[index + 1] == "-", pattern[index + 2] != "]" {
                if (pattern[index].value...max(pattern[index].value, pattern[index + 2].value)).contains(scalar.value) {
                    contains = true
                }
                index += 3
            } else {
                if pattern[index] == scalar { contains = true }
                index += 1
            }
        }
        return nil
    }
}
