import Diagnostics

/// BuildKit's "did you mean": at most two edits away, nothing when the word is exactly one of the choices.
enum GoSuggestion {
    /// - Parameter ignoringCase: the answer takes the word's case.
    static func search(_ word: String, in options: some Sequence<String>, ignoringCase: Bool = false) -> String? {
        let target = Array((ignoringCase ? word.lowercased() : word).unicodeScalars.prefix(256))
        var best: String?
        var limit = 3
        for option in options {
            let other = Array((ignoringCase ? option.lowercased() : option).unicodeScalars.prefix(256))
            if other == target { return nil }
            guard abs(other.count - target.count) < limit else { continue }
            let distance = distance(target, other)
            if distance < limit {
                limit = distance
                best = option
            }
        }
        guard let best, ignoringCase else { return best }
        return cased(best, as: word)
    }

    /// A choice in the case of the word it stands for.
    static func cased(_ choice: String, as word: String) -> String {
        if word == word.lowercased() { return choice.lowercased() }
        return word == word.uppercased() ? choice.uppercased() : choice.lowercased()
    }

    private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i] + [Int](repeating: 0, count: b.count)
            for j in 1...b.count {
                row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
            }
            last = row
        }
        return last[b.count]
    }
}
