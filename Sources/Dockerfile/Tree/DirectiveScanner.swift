import Diagnostics

/// Reads `# name=value` lines until the first line that is none.
struct DirectiveScanner {
    struct Failure: Error {
        var message: String
        var hint: String?
    }

    private var isDone = false
    private var seen: Set<String> = []
    private let marker: [UInt8]

    init(marker: String = "#") { self.marker = Array(marker.utf8) }

    /// - Parameter text: the line without white space in front.
    mutating func scan(_ text: ArraySlice<UInt8>, line: Int) throws(Failure) -> Directive? {
        guard !isDone else { return nil }
        guard let (name, value) = parse(text), ["syntax", "escape", "check"].contains(name) else {
            isDone = true
            return nil
        }
        guard seen.insert(name).inserted else {
            throw Failure(
                message: "only one \(name) parser directive can be used", hint: "remove the second `# \(name)=`")
        }
        if name == "escape", value != "\\", value != "`" {
            throw Failure(
                message: "invalid escape token '\(value)' does not match ` or \\",
                hint: "write `# escape=\\` or `# escape=``, or remove the line")
        }
        return Directive(name: name, value: value, range: SourceRange(lines: line, through: line))
    }

    private func parse(_ text: ArraySlice<UInt8>) -> (name: String, value: String)? {
        guard text.starts(with: marker) else { return nil }
        let rest = GoSpace.trimLeading(text.dropFirst(marker.count))
        func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(ASCII.lowercased(byte)) }
        guard let first = rest.first, isLetter(first) else { return nil }
        let end = rest.firstIndex { !isLetter($0) && !(0x30...0x39).contains($0) } ?? rest.endIndex
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) && byte != 0x0B }
        var value = rest[end...].drop(while: isSpace)
        guard value.first == UInt8(ascii: "=") else { return nil }
        value = value.dropFirst().drop(while: isSpace)
        while let last = value.last, isSpace(last) { value = value.dropLast() }
        guard !value.isEmpty else { return nil }
        return (String(decoding: rest[..<end], as: UTF8.self).lowercased(), String(decoding: value, as: UTF8.self))
    }

    /// All directives of a file, without errors: the line parser finds those.
    ///
    /// `syntax` and `check` may follow a `#!` line; `syntax` may also be written behind `//` or as JSON.
    static func directives(of source: DockerfileSource) -> ParserDirectives {
        var out = ParserDirectives()
        func scan(from first: Int, marker: String, _ found: (Directive) -> Void) {
            var scanner = DirectiveScanner(marker: marker)
            var number = first
            while number <= source.lineCount, number < first + 16, let line = source.line(number) {
                guard let directive = try? scanner.scan(GoSpace.trimLeading(line), line: number) else { return }
                found(directive)
                number += 1
            }
        }
        scan(from: 1, marker: "#") { directive in
            guard directive.name == "escape", let byte = directive.value.utf8.first else { return }
            out.escape = byte
            out.escapeDirective = directive
        }
        let hasShebang = source.line(1)?.starts(with: [0x23, 0x21]) ?? false
        scan(from: hasShebang ? 2 : 1, marker: "#") { directive in
            if directive.name == "syntax" { out.syntax = directive }
            if directive.name == "check" { out.check = directive }
        }
        if out.syntax == nil {
            scan(from: hasShebang ? 2 : 1, marker: "//") { directive in
                if directive.name == "syntax" { out.syntax = directive }
            }
        }
        return out
    }
}
