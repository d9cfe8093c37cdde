/// One pattern of a `.dockerignore`, as `moby/patternmatcher` compiles it: `**` crosses `/`, `*` and `?` do not.
struct IgnorePattern: Hashable, Sendable {
    /// The cleaned pattern without `!`.
    let text: String
    let isException: Bool
    private let matcher: Matcher

    private enum Matcher: Hashable, Sendable {
        case exact([UInt8])
        /// `name**`
        case prefix([UInt8])
        /// `**name`
        case suffix([UInt8])
        case elements([Element])
        /// `^` in the middle: the regular expression that BuildKit makes of it can never match.
        case never
    }

    private enum Element: Hashable, Sendable {
        case scalar(Unicode.Scalar)
        /// `?`
        case one
        /// `*`
        case name
        /// `**/`: nothing, or anything up to and with a `/`.
        case directories
        /// `**` at the end.
        case rest
        case set([ClosedRange<UInt32>], isNegated: Bool)
    }

    /// - Parameter text: cleaned, without `!`.
    init(_ text: String, isException: Bool) throws(InstructionError) {
        // Only to find errors of syntax.
        _ = try GlobPattern(text)
        self.text = text
        self.isException = isException
        matcher = try Self.compile(Array(text.unicodeScalars), text)
    }

    private static func compile(_ text: [Unicode.Scalar], _ pattern: String) throws(InstructionError) -> Matcher {
        var elements: [Element] = []
        var kind = 0  // 0 exact, 1 prefix, 2 suffix, 3 elements
        var index = 0
        var isFirst = true
        while index < text.count {
            let scalar = text[index]
            index += 1
            switch scalar {
            case "*":
                if index < text.count, text[index] == "*" {
                    index += 1
                    if index < text.count, text[index] == "/" { index += 1 }
                    if index == text.count {
                        if kind == 0 {
                            kind = 1
                        } else {
                            elements.append(.rest)
                            kind = 3
                        }
                    } else {
                        elements.append(.directories)
                        kind = 3
                    }
                    if isFirst { kind = 2 }
                } else {
                    elements.append(.name)
                    kind = 3
                }
            case "?":
                elements.append(.one)
                kind = 3
            case "\\":
                if index < text.count {
                    elements.append(.scalar(text[index]))
                    index += 1
                    kind = 3
                } else {
                    elements.append(.scalar("\\"))
                }
            case "[":
                // A range that goes down passes Go's first check, not the regular expression.
                guard let (set, next) = set(text, from: index) else { throw GlobPattern.malformed(pattern) }
                elements.append(set)
                index = next
                kind = 3
            case "]":
                elements.append(.scalar(scalar))
                kind = 3
            case "^":
                // Not escaped by BuildKit: the regular expression wants the start of the text here.
                if elements.isEmpty { break }
                return .never
            default: elements.append(.scalar(scalar))
            }
            isFirst = false
        }
        let bytes = Array(pattern.utf8)
        switch kind {
        case 0: return .exact(bytes)
        case 1: return .prefix(Array(bytes.dropLast(2)))
        case 2: return .suffix(Array(bytes.dropFirst(2)))
        default: return .elements(elements)
        }
    }

    /// A set as a regular expression reads it.
    private static func set(_ text: [Unicode.Scalar], from start: Int) -> (Element, Int)? {
        var index = start
        let isNegated = index < text.count && text[index] == "^"
        if isNegated { index += 1 }
        var ranges: [ClosedRange<UInt32>] = []
        func bound() -> UInt32? {
            guard index < text.count else { return nil }
            if text[index] == "\\" { index += 1 }
            guard index < text.count else { return nil }
            index += 1
            return text[index - 1].value
        }
        while index < text.count {
            if text[index] == "]", !ranges.isEmpty { return (.set(ranges, isNegated: isNegated), index + 1) }
            guard let low = bound() else { return nil }
            var high = low
            if index + 1 < text.count, text[index] == "-", text[index + 1] != "]" {
                index += 1
                guard let bound = bound() else { return nil }
                high = bound
            }
            guard low <= high else { return nil }
            ranges.append(low...high)
        }
        return nil
    }

    func matches(_ path: [UInt8], scalars: [Unicode.Scalar]) -> Bool {
        switch matcher {
        case .exact(let own): return path == own
        case .prefix(let own): return path.starts(with: own)
        case .suffix(let own):
            if own.count <= path.count, path.suffix(own.count).elementsEqual(own) { return true }
            return own.first == UInt8(ascii: "/") && path.elementsEqual(own.dropFirst())
        case .elements(let elements): return Self.run(elements, scalars)
        case .never: return false
        }
    }

    /// All states at once: time is the product of the lengths whatever the pattern is.
    private static func run(_ elements: [Element], _ text: [Unicode.Scalar]) -> Bool {
        var states = [Bool](repeating: false, count: elements.count + 1)
        var inside = [Bool](repeating: false, count: elements.count + 1)
        func close(_ states: inout [Bool]) {
            for index in elements.indices where states[index] {
                switch elements[index] {
                case .name, .directories, .rest: states[index + 1] = true
                default: break
                }
            }
        }
        states[0] = true
        close(&states)
        for scalar in text {
            var next = [Bool](repeating: false, count: elements.count + 1)
            var nextInside = [Bool](repeating: false, count: elements.count + 1)
            for (index, element) in elements.enumerated() {
                switch element {
                case .scalar(let own): if states[index], own == scalar { next[index + 1] = true }
                case .one: if states[index], scalar != "/" { next[index + 1] = true }
                case .name: if states[index], scalar != "/" { next[index] = true }
                case .rest: if states[index], scalar != "\n" { next[index] = true }
                case .directories:
                    // Once it took something it must end with a `/`.
                    guard states[index] || inside[index] else { continue }
                    if scalar != "\n" { nextInside[index] = true }
                    if scalar == "/" { next[index + 1] = true }
                case .set(let ranges, let isNegated):
                    if states[index], ranges.contains(where: { $0.contains(scalar.value) }) != isNegated {
                        next[index + 1] = true
                    }
                }
            }
            close(&next)
            (states, inside) = (next, nextInside)
        }
        return states[elements.count]
    }

    /// Whether it could match something below a directory: told from the names it begins with.
    func couldMatchBelow(_ directory: [UInt8]) -> Bool {
        let bytes = Array(text.utf8)
        let special = bytes.firstIndex { "*?[\\".utf8.contains($0) } ?? bytes.count
        var fixed = bytes[..<special]
        if special < bytes.count {
            // Of the name that the wildcard is in, nothing is certain.
            guard let slash = fixed.lastIndex(of: UInt8(ascii: "/")) else { return true }
            fixed = fixed[...slash]
        }
        let below = directory + [UInt8(ascii: "/")]
        return fixed.starts(with: below) || below.starts(with: fixed)
    }
}
