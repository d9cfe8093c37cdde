import Diagnostics

/// The rules of a `.dockerignore`: Go's `patternmatcher`. The last rule about a path decides.
package struct IgnorePatterns: Sendable {
    /// One rule.
    package struct Rule: Hashable, Sendable {
        /// As BuildKit reads it (cleaned), with `!` in front of an exception.
        package var pattern: String
        /// 1-based line in the file; 0 when it came from elsewhere.
        package var line: Int
    }

    /// The rules, in order.
    package private(set) var rules: [Rule] = []
    /// The file they were read from; empty when they came from elsewhere.
    package private(set) var file = ""
    private var patterns: [IgnorePattern] = []

    /// Takes patterns as they are (`--exclude`).
    package init(patterns: [String]) throws(InstructionError) {
        for pattern in patterns { try add(pattern, line: 0) }
    }

    private init(file: String) { self.file = file }

    /// Reads a `.dockerignore`; a bad pattern is an error with its line.
    package static func parse(_ bytes: [UInt8], file: String) throws(DockerfileError) -> IgnorePatterns {
        let source = DockerfileSource(bytes: bytes, file: file)
        if let encoding = DockerfileError.wrongEncoding(source) { throw encoding }
        var out = IgnorePatterns(file: file)
        var number = 0
        while number < source.lineCount {
            number += 1
            guard let line = source.line(number), line.first != UInt8(ascii: "#") else { continue }
            var text = GoSpace.trim(line)
            guard !text.isEmpty else { continue }
            let isException = text.first == UInt8(ascii: "!")
            if isException { text = GoSpace.trim(text.dropFirst()) }
            var pattern = text.isEmpty ? "" : GoPath.clean(String(decoding: text, as: UTF8.self))
            if pattern.utf8.count > 1, pattern.utf8.first == UInt8(ascii: "/") { pattern.removeFirst() }
            do throws(InstructionError) {
                try out.add((isException ? "!" : "") + pattern, line: number)
            } catch {
                throw DockerfileError(
                    diagnostics: [
                        Diagnostic(
                            id: "ignore-pattern", severity: .error, file: file,
                            range: SourceRange(line: number, length: line.count), message: error.message,
                            hint: error.hint)
                    ], lines: number...number)
            }
        }
        return out
    }

    private mutating func add(_ raw: String, line: Int) throws(InstructionError) {
        let trimmed = GoSpace.trim(raw)
        guard !trimmed.isEmpty else { return }
        var text = GoPath.clean(trimmed)
        let isException = text.utf8.first == UInt8(ascii: "!")
        if isException {
            text.removeFirst()
            guard !text.isEmpty else {
                throw InstructionError(
                    id: "pattern", message: "illegal exclusion pattern: \"!\"",
                    hint: "put what to keep behind the !", word: raw)
            }
        }
        patterns.append(try IgnorePattern(text, isException: isException))
        rules.append(Rule(pattern: trimmed, line: line))
    }

    /// Whether there is no rule at all.
    package var isEmpty: Bool { rules.isEmpty }

    /// Whether a path (relative, `/` between names) is left out; its parents count, too.
    package func ignores(_ path: String) -> Bool { verdict(path).isIgnored }

    /// The rule that had the last word about a path, nil when it is kept because no rule is about it.
    /// - Parameter path: clean: no `./` in front.
    package func verdict(_ path: String) -> (isIgnored: Bool, rule: Rule?) {
        let bytes = Array(path.utf8)
        var candidates = [(bytes: bytes, scalars: Array(path.unicodeScalars))]
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "/") && index > 0 {
            let parent = Array(bytes[..<index])
            candidates.append((parent, Array(String(decoding: parent, as: UTF8.self).unicodeScalars)))
        }
        var isIgnored = false
        var rule: Rule?
        for (pattern, own) in zip(patterns, rules) where pattern.isException == isIgnored {
            if candidates.contains(where: { pattern.matches($0.bytes, scalars: $0.scalars) }) {
                isIgnored = !pattern.isException
                rule = own
            }
        }
        return (isIgnored, rule)
    }

    /// Whether anything below an ignored directory could be kept again: false means a walk may skip it.
    package func mayKeepBelow(_ directory: String) -> Bool {
        let bytes = Array(GoPath.clean(directory).utf8)
        return patterns.contains { $0.isException && $0.couldMatchBelow(bytes) }
    }
}
