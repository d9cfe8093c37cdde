import Diagnostics

extension DockerfileTree {
    /// A text that parses to the same instructions: one line each where it fits, comments and here-documents kept.
    package var printed: [UInt8] {
        var out: [UInt8] = []
        let found = [directives.syntax, directives.escapeDirective, directives.check].compactMap { $0 }
        for directive in found.sorted(by: { $0.range.start < $1.range.start }) {
            out += Array("# \(directive.name)=\(directive.value)\n".utf8)
        }
        // An empty line ends the directives: comments that look like some stay comments.
        out.append(UInt8(ascii: "\n"))
        for node in nodes {
            for comment in node.comments { out += Array("# \(comment)\n".utf8) }
            out += NodePrinter(escape: directives.escape).print(node)
        }
        return out
    }
}

/// Writes instructions so that the line parser reads the same words.
private struct NodePrinter {
    var escape: UInt8

    /// Where a long line is broken, well below what the parser takes.
    private static let breakAfter = 60_000

    func print(_ node: Node) -> [UInt8] {
        let text = line(node)
        // Nothing but an escape character at the end of a file is an instruction without a name.
        var out = text.isEmpty ? [escape] : broken(text)
        out.append(UInt8(ascii: "\n"))
        for heredoc in node.heredocs {
            out += heredoc.content
            out += Array(heredoc.name.utf8) + [UInt8(ascii: "\n")]
        }
        return out
    }

    private func line(_ node: Node) -> [UInt8] {
        guard let form = ArgumentForm.byInstruction[node.name] else {
            // The tree does not hold what follows an unknown name; the text does.
            return Array(GoSpace.trim(Array(node.original.utf8)[...]))
        }
        var out = Array(node.keyword.text.utf8)
        for flag in node.flags { out += [UInt8(ascii: " ")] + quoted(flag.text) }
        let arguments: [UInt8]
        if let child = node.children.first {
            arguments = line(child)
        } else if form == .healthcheck {
            arguments = joined(node.arguments.prefix(1), " ") + spaced(list(node.arguments.dropFirst(), node))
        } else if form == .pairs {
            arguments = pairs(node.arguments)
        } else {
            arguments = list(node.arguments[...], node)
        }
        if arguments.starts(with: [UInt8(ascii: "-"), UInt8(ascii: "-")]) { out += Array(" --".utf8) }
        return out + spaced(arguments)
    }

    private func spaced(_ text: [UInt8]) -> [UInt8] { text.isEmpty ? [] : [UInt8(ascii: " ")] + text }

    private func list(_ words: ArraySlice<Word>, _ node: Node) -> [UInt8] {
        node.isJSON ? json(words) : joined(words, " ")
    }

    private func joined(_ words: ArraySlice<Word>, _ separator: String) -> [UInt8] {
        Array(words.map(\.text).joined(separator: separator).utf8)
    }

    private func pairs(_ words: [Word]) -> [UInt8] {
        var out: [String] = []
        for index in stride(from: 0, to: words.count - 2, by: 3) {
            let separator = words[index + 2].text.isEmpty ? " " : "="
            out.append(words[index].text + separator + words[index + 1].text)
        }
        return Array(out.joined(separator: " ").utf8)
    }

    private func json(_ words: ArraySlice<Word>) -> [UInt8] {
        var out = [UInt8(ascii: "[")]
        for (index, word) in words.enumerated() {
            if index > 0 { out += Array(", ".utf8) }
            out.append(UInt8(ascii: "\""))
            for byte in word.text.utf8 {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
                case 0x00..<0x20:
                    let hex = String(byte, radix: 16)
                    out += Array(("\\u" + String(repeating: "0", count: 4 - hex.count) + hex).utf8)
                default: out.append(byte)
                }
            }
            out.append(UInt8(ascii: "\""))
        }
        out.append(UInt8(ascii: "]"))
        return out
    }

    /// A flag in quotes where it needs them: quotes and escapes are resolved when flags are read.
    private func quoted(_ flag: String) -> [UInt8] {
        let needsQuotes =
            flag.utf8.contains { $0 < 0x80 && GoSpace.isSpace(Unicode.Scalar($0)) }
            || flag.unicodeScalars.last.map(GoSpace.isSpace) ?? false
        var out: [UInt8] = needsQuotes ? Array("--".utf8) + [UInt8(ascii: "\"")] : []
        for byte in needsQuotes ? flag.utf8.dropFirst(2) : flag.utf8[...] {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == escape { out.append(escape) }
            out.append(byte)
        }
        return needsQuotes ? out + [UInt8(ascii: "\"")] : out
    }

    /// The line with breaks where it is too long, and with an end that is taken for none.
    private func broken(_ line: [UInt8]) -> [UInt8] {
        var line = line
        let end = line.lastIndex { $0 != 0x20 && $0 != 0x09 }
        if let end, line[end] == escape, end == 0 || line[end - 1] != escape {
            // A form feed is trimmed off again, and keeps the escape character from joining the next line.
            line.append(0x0C)
        }
        guard line.count > Self.breakAfter else { return line }
        var out: [UInt8] = []
        var start = 0
        while line.count - start > Self.breakAfter {
            var cut = start + Self.breakAfter
            while cut > start + 1, !isBreak(line, cut) { cut -= 1 }
            if cut == start + 1 { cut = start + Self.breakAfter }
            out += line[start..<cut] + [escape, UInt8(ascii: "\n")]
            start = cut
        }
        return out + line[start...]
    }

    private func isBreak(_ line: [UInt8], _ index: Int) -> Bool {
        let byte = line[index]
        return line[index - 1] != escape && byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "#") && byte != escape
    }
}
