/// Finds what somebody most likely meant: the candidate nearest in edit distance, when it is near enough to be no insult.
public enum Suggestion {
    /// The nearest of `candidates` to `word`, compared without case, or nil when none is within a third of its length
    /// (at least 1, at most 3 edits). A word of the same letters counts as one edit away: whoever types fast swaps
    /// letters. Ties go to such a word, then to the first candidate.
    public static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let target = Array(word.lowercased().unicodeScalars.prefix(256))
        guard !target.isEmpty else { return nil }
        let limit = min(3, max(1, (target.count + 1) / 3))
        let letters = target.sorted()
        var best: (candidate: String, rank: (Int, Int))?
        for candidate in candidates {
            let other = Array(candidate.lowercased().unicodeScalars.prefix(256))
            guard abs(other.count - target.count) <= limit else { continue }
            // Two letters the other way round are another word more often than a slip.
            let isShuffled = target.count > 2 && other.count == target.count && other.sorted() == letters
            let distance = isShuffled ? min(1, editDistance(target, other)) : editDistance(target, other)
            let rank = (distance, isShuffled ? 0 : 1)
            if distance <= limit, rank < best?.rank ?? (.max, 0) { best = (candidate, rank) }
        }
        return best?.candidate
    }

    /// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours cost 1 each.
    static func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i] + [Int](repeating: 0, count: b.count)
            for j in 1...b.count {
                let cost = a[i - 1] == b[j - 1] ? 0 : 1
                row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
