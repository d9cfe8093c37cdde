/// One run of ``WordExpander`` over one word.
///
/// Mirrors BuildKit's `shell.Lex` state by state; the nesting of `${a:-${b:-...}}` is limited, since the stack is.
struct WordLexer {
    /// Why expansion stopped; the text is BuildKit's.
    struct Failure: Error { var reason: String }

    private let options: WordExpander
    private let lookup: (String) -> String?
    private let input: [Unicode.Scalar]
    private var position = 0
    private var keepsEscapes: Bool
    private var depth = 0
    /// Bytes produced so far, in all parts together.
    private var produced = 0
    /// A word ended inside of `${}`: in BuildKit the parts share a buffer, and what stood before `${` in the word is lost.
    private var droppedOuterWords = false
    private(set) var used: Set<String> = []
    private(set) var unset: Set<String> = []

    private static let depthLimit = 100

    init(_ word: String, options: WordExpander, lookup: @escaping (String) -> String?) {
        input = Array(word.unicodeScalars)
        self.options = options
        self.lookup = lookup
        keepsEscapes = options.keepsEscapes
    }

    private var next: Unicode.Scalar? { position < input.count ? input[position] : nil }

    private mutating func take() -> Unicode.Scalar? {
        guard position < input.count else { return nil }
        position += 1
        return input[position - 1]
    }

    /// Text and the words in it.
    struct Output {
        var text = UTF8Text()
        var words: [String] = []
        private var word = UTF8Text()
        private var isInWord = false

        /// - Parameter opensHeredoc: what follows may be the name of a here-document.
        /// - Returns: whether a word ended here.
        @discardableResult
        mutating func addSplitting(_ scalar: Unicode.Scalar, opensHeredoc: Bool = false) -> Bool {
            if !GoSpace.isSpace(scalar) {
                addRaw(scalar)
            } else if isInWord, !word.isEmpty {
                if opensHeredoc {
                    word.append(scalar)
                    return false
                }
                words.append(word.string)
                word = UTF8Text()
                isInWord = false
                return true
            }
            return false
        }

        /// The word is `<<` and nothing else so far.
        var isHeredocMark: Bool {
            word.bytes.starts(with: "<<".utf8) && word.bytes.dropFirst(2).allSatisfy { $0 == 0x20 || $0 == 0x09 }
        }

        /// Drops the word that is not finished yet.
        mutating func dropWord() { word = UTF8Text() }

        mutating func addRaw(_ scalar: Unicode.Scalar) {
            word.append(scalar)
            isInWord = true
        }

        mutating func addSplitting(_ string: String) { for scalar in string.unicodeScalars { addSplitting(scalar) } }

        mutating func addRaw(_ string: String) {
            word.append(string)
            isInWord = true
        }

        mutating func finish() {
            if !word.isEmpty { words.append(word.string) }
            word = UTF8Text()
            isInWord = false
        }
    }

    mutating func run() throws(Failure) -> Output { try process(until: nil, keepsEscapes: keepsEscapes) }

    private mutating func count(_ string: String) throws(Failure) {
        produced += string.utf8.count
        if produced > options.limit {
            throw Failure(reason: "the result is longer than \(options.limit) bytes")
        }
    }

    private mutating func process(until stop: Unicode.Scalar?, keepsEscapes: Bool) throws(Failure) -> Output {
        depth += 1
        guard depth <= Self.depthLimit else { throw Failure(reason: "nested more than \(Self.depthLimit) levels deep") }
        let outer = self.keepsEscapes
        self.keepsEscapes = keepsEscapes
        defer {
            self.keepsEscapes = outer
            depth -= 1
        }
        var out = Output()
        while let scalar = next {
            if scalar == stop {
                position += 1
                out.finish()
                return out
            }
            switch scalar {
            case "$":
                let value = try dollar()
                try count(value)
                dropOuterWord(&out)
                out.text.append(value)
                out.addSplitting(value)
            case "'" where !options.ignoresQuotes:
                let value = try singleQuote()
                out.text.append(value)
                out.addRaw(value)
            case "\"" where !options.ignoresQuotes:
                let value = try doubleQuote()
                dropOuterWord(&out)
                out.text.append(value)
                out.addRaw(value)
            case Unicode.Scalar(options.escape):
                position += 1
                if self.keepsEscapes {
                    out.addRaw(scalar)
                    out.text.append(scalar)
                }
                guard let escaped = take() else { continue }
                out.addRaw(escaped)
                out.text.append(escaped)
            default:
                position += 1
                if out.addSplitting(scalar, opensHeredoc: out.isHeredocMark && heredocFollows), depth > 1 {
                    droppedOuterWords = true
                }
                out.text.append(scalar)
            }
        }
        if let stop { throw Failure(reason: "unexpected end of statement while looking for matching \(stop)") }
        out.finish()
        return out
    }

    private mutating func dropOuterWord(_ out: inout Output) {
        guard droppedOuterWords else { return }
        out.dropWord()
        if depth == 1 { droppedOuterWords = false }
    }

    /// `<< EOF` is one word, `1 << 2` is not.
    private var heredocFollows: Bool {
        var index = position
        while index < input.count, index < position + 64, GoSpace.isSpace(input[index]) { index += 1 }
        guard index < input.count else { return false }
        return input[index].properties.generalCategory != .decimalNumber
    }

    private mutating func singleQuote() throws(Failure) -> String {
        var out = UTF8Text()
        if let quote = take(), options.keepsQuotes { out.append(quote) }
        while let scalar = take() {
            if scalar == "'" {
                if options.keepsQuotes { out.append(scalar) }
                return out.string
            }
            out.append(scalar)
        }
        throw Failure(reason: "unexpected end of statement while looking for matching single-quote")
    }

    private mutating func doubleQuote() throws(Failure) -> String {
        var out = UTF8Text()
        if let quote = take(), options.keepsQuotes { out.append(quote) }
        while let scalar = next {
            switch scalar {
            case "\"":
                position += 1
                if options.keepsQuotes { out.append(scalar) }
                return out.string
            case "$":
                let value = try dollar()
                try count(value)
                out.append(value)
            case Unicode.Scalar(options.escape):
                position += 1
                if keepsEscapes { out.append(scalar) }
                // Only these can be escaped in double quotes; before others the escape character stays.
                switch next {
                case nil: continue
                case "\"", "$", Unicode.Scalar(options.escape):
                    if let escaped = take() { out.append(escaped) }
                default: out.append(scalar)
                }
            default:
                position += 1
                out.append(scalar)
            }
        }
        throw Failure(reason: "unexpected end of statement while looking for matching double-quote")
    }

    private mutating func value(of name: String) -> String? {
        if let value = lookup(name) {
            used.insert(name)
            return value
        }
        unset.insert(name)
        return nil
    }

    private mutating func dollar() throws(Failure) -> String {
        position += 1
        guard next == "{" else {
            let name = name()
            guard !name.isEmpty else { return "$" }
            guard let value = value(of: name) else { return options.keepsUnset ? "$" + name : "" }
            return value
        }
        position += 1
        switch next {
        case nil: throw Failure(reason: "syntax error: missing '}'")
        case "{", "}", ":": throw Failure(reason: "syntax error: bad substitution")
        default: break
        }
        let name = name()
        var modifier = take()
        // Go prints the end of the text as a replacement character.
        var shown = modifier.map(String.init) ?? "\u{FFFD}"
        var emptyIsUnset = false
        switch modifier {
        case "}":
            guard let value = value(of: name) else { return options.keepsUnset ? "${\(name)}" : "" }
            return value
        case "/": return try replace(name)
        case ":":
            emptyIsUnset = true
            modifier = take()
            shown += modifier.map(String.init) ?? "\u{FFFD}"
        case "+", "-", "?", "#", "%": break
        default: throw Failure(reason: "unsupported modifier (\(shown)) in substitution")
        }
        let word = try part(until: "}", keepsEscapes: modifier == "#" || modifier == "%", missing: "'}'")
        let value = value(of: name)
        if options.keepsUnset, value == nil { return "${\(name)\(shown)\(word)}" }
        if emptyIsUnset, modifier == "#" || modifier == "%" {
            throw Failure(reason: "unsupported modifier (\(shown)) in substitution")
        }
        let isUnset = value == nil || (emptyIsUnset && value?.isEmpty == true)
        switch modifier {
        case "-": return isUnset ? word : value ?? ""
        case "+": return isUnset ? "" : word
        case "?":
            guard let value else {
                throw Failure(reason: "\(name): \(word.isEmpty ? "is not allowed to be unset" : word)")
            }
            if emptyIsUnset, value.isEmpty {
                throw Failure(reason: "\(name): \(word.isEmpty ? "is not allowed to be empty" : word)")
            }
            return value
        case "#", "%":
            guard let modifier else { return value ?? "" }
            var pattern = Array(word.unicodeScalars)
            let isGreedy = pattern.first == modifier
            if isGreedy { pattern.removeFirst() }
            let shell = try ShellPattern(pattern, trims: modifier == "#" ? .prefix : .suffix)
            return try shell.trimming(Array((value ?? "").unicodeScalars), greedy: isGreedy)
        default: throw Failure(reason: "unsupported modifier (\(shown)) in substitution")
        }
    }

    private mutating func part(until stop: Unicode.Scalar, keepsEscapes: Bool, missing: String) throws(Failure)
        -> String
    {
        do {
            return try process(until: stop, keepsEscapes: keepsEscapes).text.string
        } catch {
            if next == nil, depth < Self.depthLimit { throw Failure(reason: "syntax error: missing \(missing)") }
            throw error
        }
    }

    /// `${name/pattern/replacement}` and `${name//pattern/replacement}`.
    private mutating func replace(_ name: String) throws(Failure) -> String {
        let isAll = next == "/"
        if isAll { position += 1 }
        let pattern = try part(until: "/", keepsEscapes: true, missing: "'/' in ${}")
        let replacement = try part(until: "}", keepsEscapes: true, missing: "'}'")
        let value = value(of: name)
        if options.keepsUnset, value == nil { return "${\(name)/\(pattern)/\(replacement)}" }
        let shell = try ShellPattern(Array(pattern.unicodeScalars), trims: nil)
        return try shell.replacing(
            in: Array((value ?? "").unicodeScalars), with: Array(replacement.unicodeScalars), all: isAll,
            limit: options.limit)
    }

    private mutating func name() -> String {
        var out = UTF8Text()
        while let scalar = next {
            let category = scalar.properties.generalCategory
            if out.isEmpty {
                if category == .decimalNumber {
                    while let digit = next, digit.properties.generalCategory == .decimalNumber {
                        out.append(digit)
                        position += 1
                    }
                    return out.string
                }
                if "@*#?-$!0".unicodeScalars.contains(scalar) {
                    position += 1
                    return String(scalar)
                }
            }
            switch category {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
                break
            default: guard scalar == "_" else { return out.string }
            }
            out.append(scalar)
            position += 1
        }
        return out.string
    }
}
