/// The pattern of `${x#p}`, `${x%p}` and `${x/p/r}`: `*` and `?`, no brackets.
///
/// A star stops at line ends, as `.*` does in the regular expressions BuildKit makes of these. Matching is bounded:
/// a pattern that would take more than a fixed amount of work is an error.
struct ShellPattern {
    enum Side { case prefix, suffix }

    private enum Element: Equatable {
        case scalar(Unicode.Scalar)
        case one
    }

    /// The literal pieces between the stars; there is one star less than there are pieces.
    private var pieces: [[Element]] = [[]]
    private let side: Side?

    private static let budget = 20_000_000

    init(_ source: [Unicode.Scalar], trims side: Side?) throws(WordLexer.Failure) {
        self.side = side
        func bad(_ reason: String) -> WordLexer.Failure {
            var text = UTF8Text()
            // BuildKit turns the pattern of a suffix around before it reads it, and shows it that way.
            for scalar in side == .suffix ? Self.reversed(source) : source { text.append(scalar) }
            return WordLexer.Failure(reason: "invalid pattern (\(text.string)) in substitution: \(reason)")
        }
        let text = side == .suffix ? Self.reversed(source) : source
        var index = 0
        while index < text.count {
            let scalar = text[index]
            index += 1
            switch scalar {
            case "*": pieces.append([])
            case "?": pieces[pieces.count - 1].append(.one)
            case "\\":
                // `\}` and `\/` only hide the character from `${}`.
                if index < text.count, text[index] == "}" || text[index] == "/" { continue }
                guard index < text.count, text[index] == "*" || text[index] == "?" || text[index] == "\\" else {
                    throw bad("invalid escape '\\\(index < text.count ? String(text[index]) : "\u{FFFD}")'")
                }
                pieces[pieces.count - 1].append(.scalar(text[index]))
                index += 1
            default: pieces[pieces.count - 1].append(.scalar(scalar))
            }
        }
    }

    /// Turned around, escapes still in front of what they escape.
    private static func reversed(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var out = text
        var index = 0
        while index < text.count {
            let place = text.count - 1 - index
            if text[index] == "\\", index != text.count - 1 {
                out[place - 1] = "\\"
                out[place] = text[index + 1]
                index += 2
            } else {
                out[place] = text[index]
                index += 1
            }
        }
        return out
    }

    /// The value without the shortest or longest matching prefix or suffix.
    func trimming(_ value: [Unicode.Scalar], greedy: Bool) throws(WordLexer.Failure) -> String {
        let text = side == .suffix ? Array(value.reversed()) : value
        var work = Self.budget
        var rest = text[...]
        if let end = try match(text, at: 0, greedy: greedy, work: &work) { rest = text[end...] }
        var out = UTF8Text()
        if side == .suffix { out.append(rest.reversed()) } else { out.append(rest) }
        return out.string
    }

    func replacing(in value: [Unicode.Scalar], with replacement: [Unicode.Scalar], all: Bool, limit: Int)
        throws(WordLexer.Failure) -> String
    {
        var work = Self.budget
        var out = UTF8Text()
        var size = 0
        var index = 0
        var lastEnd = -1
        while index <= value.count {
            if let end = try match(value, at: index, greedy: true, work: &work) {
                // An empty match right behind the last one does not count.
                if end > index || index != lastEnd {
                    if all {
                        expand(replacement, match: value[index..<end], into: &out, size: &size)
                    } else {
                        out.append(replacement)
                        size += replacement.count
                    }
                    guard size <= limit else {
                        throw WordLexer.Failure(reason: "the result is longer than \(limit) bytes")
                    }
                    if !all {
                        out.append(value[end...])
                        return out.string
                    }
                }
                lastEnd = end
                if end > index {
                    index = end
                    continue
                }
            }
            if index < value.count {
                out.append(value[index])
                size += 1
            }
            index += 1
        }
        return out.string
    }

    /// Go's `ReplaceAllString` reads `$0`, `$name`, `${name}` and `$$` in the replacement; there are no groups, so
    /// all but `$0` and `$$` are empty.
    private func expand(
        _ template: [Unicode.Scalar], match: ArraySlice<Unicode.Scalar>, into out: inout UTF8Text,
        size: inout Int
    ) {
        func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
            if scalar == "_" { return true }
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
                return true
            default: return false
            }
        }
        var index = 0
        while index < template.count {
            guard template[index] == "$", index + 1 < template.count else {
                out.append(template[index])
                size += 1
                index += 1
                continue
            }
            if template[index + 1] == "$" {
                out.append("$")
                size += 1
                index += 2
                continue
            }
            let braced = template[index + 1] == "{"
            let start = braced ? index + 2 : index + 1
            var end = start
            while end < template.count, isNamePart(template[end]) { end += 1 }
            guard end > start, !braced || (end < template.count && template[end] == "}") else {
                out.append("$")
                size += 1
                index += 1
                continue
            }
            if end == start + 1, template[start] == "0" {
                out.append(match)
                size += match.count
            }
            index = braced ? end + 1 : end
        }
    }

    private func fits(_ piece: [Element], _ text: [Unicode.Scalar], at index: Int, work: inout Int)
        throws(WordLexer.Failure) -> Bool
    {
        guard index + piece.count <= text.count else { return false }
        for (offset, element) in piece.enumerated() {
            work -= 1
            switch element {
            case .one: if text[index + offset] == "\n" { return false }
            case .scalar(let scalar): if text[index + offset] != scalar { return false }
            }
        }
        guard work > 0 else { throw WordLexer.Failure(reason: "the pattern takes too long to match") }
        return true
    }

    /// Where a match that begins at `start` ends.
    private func match(_ text: [Unicode.Scalar], at start: Int, greedy: Bool, work: inout Int)
        throws(WordLexer.Failure) -> Int?
    {
        guard try fits(pieces[0], text, at: start, work: &work) else { return nil }
        var end = start + pieces[0].count
        for (number, piece) in pieces.enumerated().dropFirst() {
            var found: Int?
            var index = end
            while index <= text.count {
                work -= 1
                if try fits(piece, text, at: index, work: &work) {
                    found = index
                    // The first place is right for all but the last piece of a greedy pattern.
                    if !greedy || number < pieces.count - 1 { break }
                }
                guard index < text.count, text[index] != "\n" else { break }
                index += 1
            }
            guard let found else { return nil }
            end = found + piece.count
        }
        return end
    }
}
