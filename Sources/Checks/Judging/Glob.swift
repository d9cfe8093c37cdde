/// A pattern for paths: `*` any name's part, `**` any depth, `?` one character, `[a-z]` a class; no slash means that the
/// last name alone is matched.
struct Glob: Sendable {
    private let pattern: [Unicode.Scalar]
    private let matchesName: Bool
    private let crossesSlashes: Bool
    /// What every match begins with, ends with, and has somewhere: tells most paths apart without looking closer.
    private let prefix: [UInt8]
    private let suffix: [UInt8]
    private let needle: [UInt8]

    /// - Parameter crossesSlashes: `*` and `?` match a slash too, for texts that are no paths.
    init(_ pattern: String, crossesSlashes: Bool = false) {
        self.crossesSlashes = crossesSlashes
        self.pattern = Array(pattern.unicodeScalars.prefix(1000))
        matchesName = !crossesSlashes && !pattern.contains("/")
        let special: Set<Unicode.Scalar> = ["*", "?", "[", "]", "\\"]
        prefix = Self.bytes(self.pattern.prefix { !special.contains($0) })
        var suffix = prefix
        if let last = self.pattern.lastIndex(where: special.contains) {
            var end = self.pattern[(last + 1)...]
            // `**/x` matches `x` too.
            if end.first == "/", last > 0, self.pattern[last] == "*", self.pattern[last - 1] == "*" {
                end.removeFirst()
            }
            suffix = Self.bytes(end)
        }
        self.suffix = suffix
        // Where the end tells a text apart nothing more is looked for.
        needle = suffix.isEmpty ? Self.literal(in: self.pattern) : []
    }

    /// The longest part of a pattern that stands for itself.
    private static func literal(in pattern: [Unicode.Scalar]) -> [UInt8] {
        // What a set or a backslash does to what is around it is left to the closer look.
        guard !pattern.contains("["), !pattern.contains("\\") else { return [] }
        var runs: [ArraySlice<Unicode.Scalar>] = []
        var index = 0
        while index < pattern.count {
            var run = pattern[index...].prefix { $0 != "*" && $0 != "?" }
            let end = run.endIndex
            if run.first == "/", index > 1, pattern[index - 1] == "*", pattern[index - 2] == "*" { run.removeFirst() }
            runs.append(run)
            index = end + 1
        }
        return runs.map { bytes($0) }.max { $0.count < $1.count } ?? []
    }

    func matches(_ text: String) -> Bool { matches(bytes: Array(text.utf8)) }

    /// The same for a path's bytes; bytes that are no text are taken for replacement characters.
    func matches(bytes: [UInt8]) -> Bool { bytes.withUnsafeBufferPointer { matches($0) } }

    func matches(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
        // The end first: it tells most paths apart, and needs no look for where the last name begins.
        guard path.count >= suffix.count, Self.isEqual(path, at: path.count - suffix.count, suffix) else {
            return false
        }
        var start = 0
        if matchesName, let slash = path.lastIndex(of: UInt8(ascii: "/")) { start = slash + 1 }
        let text = UnsafeBufferPointer(rebasing: path[start...])
        guard text.count >= max(prefix.count, suffix.count), Self.isEqual(text, at: 0, prefix),
            Self.contains(text, needle)
        else { return false }
        return matches(Array(String(decoding: text, as: UTF8.self).unicodeScalars))
    }

    private static func isEqual(_ text: UnsafeBufferPointer<UInt8>, at start: Int, _ part: [UInt8]) -> Bool {
        // From the end: paths differ there.
        var index = part.count - 1
        while index >= 0, text[start + index] == part[index] { index -= 1 }
        return index < 0
    }

    private static func contains(_ text: UnsafeBufferPointer<UInt8>, _ part: [UInt8]) -> Bool {
        var start = 0
        while start + part.count <= text.count {
            if isEqual(text, at: start, part) { return true }
            start += 1
        }
        return false
    }

    /// The places in the pattern that can be reached, moved along the text: linear in the text times the pattern,
    /// whatever the pattern is.
    private func matches(_ text: [Unicode.Scalar]) -> Bool {
        var states = [Bool](repeating: false, count: pattern.count + 1)
        states[0] = true
        close(&states, beginsName: true)
        for scalar in text {
            var next = [Bool](repeating: false, count: pattern.count + 1)
            var isAlive = false
            for state in pattern.indices where states[state] {
                guard let reached = step(from: state, scalar) else { continue }
                next[reached] = true
                isAlive = true
            }
            guard isAlive else { return false }
            close(&next, beginsName: scalar == "/")
            states = next
        }
        return states[pattern.count]
    }

    /// Where one character leads from a place in the pattern.
    private func step(from state: Int, _ scalar: Unicode.Scalar) -> Int? {
        switch pattern[state] {
        case "*": return isDouble(state) || crossesSlashes || scalar != "/" ? state : nil
        case "?": return crossesSlashes || scalar != "/" ? state + 1 : nil
        case "[":
            guard let (end, contains) = set(at: state, scalar) else { return scalar == "[" ? state + 1 : nil }
            return contains && scalar != "/" ? end : nil
        case "\\" where state + 1 < pattern.count: return pattern[state + 1] == scalar ? state + 2 : nil
        default: return pattern[state] == scalar ? state + 1 : nil
        }
    }

    private func isDouble(_ index: Int) -> Bool {
        index + 1 < pattern.count && pattern[index + 1] == "*" || index > 0 && pattern[index - 1] == "*"
    }

    /// Stars match nothing too; `**/` matches no directory at all, where a name begins. One pass is enough: it only leads
    /// forward.
    private func close(_ states: inout [Bool], beginsName: Bool) {
        for state in pattern.indices where states[state] && pattern[state] == "*" {
            states[state + 1] = true
            if beginsName, state + 2 < pattern.count, pattern[state + 1] == "*", pattern[state + 2] == "/" {
                states[state + 3] = true
            }
        }
    }

    private static func bytes(_ scalars: some Sequence<Unicode.Scalar>) -> [UInt8] {
        scalars.flatMap { Array(String($0).utf8) }
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
