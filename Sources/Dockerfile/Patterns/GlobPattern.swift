/// Go's `filepath.Match`, for wildcards in `COPY` and `ADD`: `*` and `?` stop at `/`, `[a-z]`, `[^a]`, `\` escapes.
package struct GlobPattern: Hashable, Sendable {
    package let pattern: String
    private let elements: [Element]

    enum Element: Hashable, Sendable {
        case scalar(Unicode.Scalar)
        case any
        case star
        case set([ClosedRange<UInt32>], isNegated: Bool)
    }

    /// A malformed pattern is an error.
    package init(_ pattern: String) throws(InstructionError) {
        self.pattern = pattern
        elements = try Self.parse(Array(pattern.unicodeScalars), pattern: pattern)
    }

    static func malformed(_ pattern: String) -> InstructionError {
        InstructionError(
            id: "pattern", message: "syntax error in pattern",
            hint: "a [ needs its ], ranges go upwards, and \\ needs a character to escape", word: pattern)
    }

    private static func parse(_ text: [Unicode.Scalar], pattern: String) throws(InstructionError) -> [Element] {
        var out: [Element] = []
        var index = 0
        func bound() throws(InstructionError) -> UInt32 {
            guard index < text.count, text[index] != "-", text[index] != "]" else { throw malformed(pattern) }
            if text[index] == "\\" {
                index += 1
                guard index < text.count else { throw malformed(pattern) }
            }
            let value = text[index].value
            index += 1
            guard index < text.count else { throw malformed(pattern) }
            return value
        }
        while index < text.count {
            let scalar = text[index]
            index += 1
            switch scalar {
            case "*": if out.last != .star { out.append(.star) }
            case "?": out.append(.any)
            case "\\":
                guard index < text.count else { throw malformed(pattern) }
                out.append(.scalar(text[index]))
                index += 1
            case "[":
                let isNegated = index < text.count && text[index] == "^"
                if isNegated { index += 1 }
                var ranges: [ClosedRange<UInt32>] = []
                while true {
                    if index < text.count, text[index] == "]", !ranges.isEmpty {
                        index += 1
                        break
                    }
                    let low = try bound()
                    var high = low
                    if text[index] == "-" {
                        index += 1
                        high = try bound()
                    }
                    // Go takes a range that goes down for an empty one.
                    ranges.append(low <= high ? low...high : 0x110000...0x110000)
                }
                out.append(.set(ranges, isNegated: isNegated))
            default: out.append(.scalar(scalar))
            }
        }
        return out
    }

    /// Whether the whole name matches. Time is at most the product of both lengths.
    package func matches(_ name: String) -> Bool {
        let text = Array(name.unicodeScalars)
        var element = 0
        var index = 0
        var back: (element: Int, index: Int)?
        while index < text.count || element < elements.count {
            if element < elements.count {
                if elements[element] == .star {
                    back = (element, index)
                    element += 1
                    continue
                }
                if index < text.count, Self.accepts(elements[element], text[index]) {
                    element += 1
                    index += 1
                    continue
                }
            }
            // The last star takes one more; the stars before it need not be tried again, unless a `/` is in the way.
            guard let (star, start) = back, start < text.count, text[start] != "/" else { return false }
            back = (star, start + 1)
            element = star + 1
            index = start + 1
        }
        return true
    }

    private static func accepts(_ element: Element, _ scalar: Unicode.Scalar) -> Bool {
        switch element {
        case .scalar(let own): own == scalar
        case .any: scalar != "/"
        case .star: false
        // In Go a set does match the separator.
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar.value) } != isNegated
        }
    }

    /// Whether a text has wildcards at all.
    package static func hasWildcards(_ text: String) -> Bool {
        text.utf8.contains {
            $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "\\")
        }
    }
}
