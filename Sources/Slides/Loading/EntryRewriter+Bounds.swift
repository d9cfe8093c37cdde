import Diagnostics

extension EntryRewriter {
    mutating func limitNesting(_ first: Int, _ range: Range<Int>, _ line: Int) {
        var position = first
        var depth = (first - range.lowerBound) / 2
        while let next = bytes.afterContainerMarker(position), next <= range.upperBound {
            depth += 1
            if depth > limits.nesting {
                // A number's mark is its dot.
                var mark = position
                while bytes[mark].isDigit { mark += 1 }
                edits.append(Edit(range: mark..<mark, kind: .escape))
                report("nesting-too-deep", line, "lists and quotes nest deeper than \(limits.nesting)")
                return
            }
            let content = bytes.skipBlanks(from: next, limit: range.upperBound)
            depth += (content - next) / 2
            position = content
        }
    }

    mutating func splitParagraph(_ range: Range<Int>, number: Int) {
        report("paragraph-too-long", number, "a paragraph is longer than \(limits.paragraphBytes) bytes")
        if paragraphBytes > range.count {
            edits.append(Edit(range: range.lowerBound..<range.lowerBound, kind: .split))
            paragraphBytes = range.count
        }
        var position = range.lowerBound + limits.paragraphBytes
        while position < range.upperBound {
            // Not inside a character, and where no list, quote or fence can begin.
            let reach = min(range.upperBound, position + 64)
            while position < reach, !bytes[position].isLetter { position += 1 }
            while position < range.upperBound, bytes[position] & 0xC0 == 0x80 { position += 1 }
            guard position < range.upperBound else { return }
            edits.append(Edit(range: position..<position, kind: .split))
            paragraphBytes = range.upperBound - position
            position += limits.paragraphBytes
        }
    }

    private mutating func report(_ id: String, _ line: Int, _ message: String) {
        // Once for an entry: the next such line says nothing new.
        guard !diagnostics.contains(where: { $0.id == id }) else { return }
        diagnostics.append(
            Diagnostic(
                id: id, severity: .warning, range: SourceRange(line: line), message: message,
                hint: "what is past the bound is shown without its structure"))
    }
}
