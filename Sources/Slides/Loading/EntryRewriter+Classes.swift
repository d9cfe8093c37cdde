import Diagnostics

extension EntryRewriter {
    /// A line that is only `]` closes the class block around it, whatever brackets were left open in between.
    mutating func closeLoneBracket(_ position: Int, _ range: Range<Int>, _ line: Int) {
        guard bytes.skipBlanks(from: position + 1, limit: range.upperBound) == range.upperBound else { return }
        guard openBlocks > 0, let last = brackets.last, last.edit == nil else { return }
        while let bracket = brackets.last, bracket.edit == nil || !bracket.isFirstOnLine {
            if let edit = bracket.edit {
                edits[edit].kind = .open(-1, isBlock: false)
                openClasses -= 1
            }
            brackets.removeLast()
        }
    }

    mutating func open(_ position: Int, _ range: Range<Int>, _ line: Int) {
        guard let start = bytes.classListStart(before: position, range.lowerBound),
            start == range.lowerBound || bytes[start - 1] != .backslash, openClasses < limits.nesting
        else {
            brackets.append(Bracket(edit: nil, line: line, isFirstOnLine: false))
            return
        }
        // The second of `.left[.right[` begins its line too.
        let first = bytes.skipBlanks(from: range.lowerBound, limit: range.upperBound)
        let isFirst = start == lineBegin || start == first
        if isFirst { lineBegin = position + 1 }
        let names = bytes[start + 1..<position].split(separator: .dot).map { String(decoding: $0, as: UTF8.self) }
        brackets.append(Bracket(edit: edits.count, line: line, isFirstOnLine: isFirst))
        openClasses += 1
        if isFirst { openBlocks += 1 }
        edits.append(
            Edit(
                range: start..<position + 1, kind: .open(firstClass + classes.count, isBlock: false),
                indent: first - range.lowerBound))
        classes.append(names)
    }

    mutating func close(_ position: Int, _ range: Range<Int>, _ line: Int) {
        guard let bracket = brackets.popLast(), let edit = bracket.edit else { return }
        guard case .open(let index, _) = edits[edit].kind else { return }
        openClasses -= 1
        if bracket.isFirstOnLine { openBlocks -= 1 }
        var after = position + 1
        while after < range.upperBound, bytes[after] == .rightBracket || bytes[after].isBlank { after += 1 }
        let isBlock = bracket.isFirstOnLine && line > bracket.line && after == range.upperBound
        edits[edit].kind = .open(index, isBlock: isBlock)
        if line > bracket.line { isPastFirstChunk = true }
        edits.append(
            Edit(
                range: position..<position + 1, kind: .close(index, isBlock: isBlock), indent: edits[edit].indent))
    }

    /// Class brackets that nothing closes are text.
    mutating func dropUnclosed() {
        for bracket in brackets {
            guard let edit = bracket.edit else { continue }
            edits[edit].kind = .open(-1, isBlock: false)
            findings.append(
                Diagnostic(
                    id: "unclosed-class", severity: .warning,
                    range: SourceRange(line: bracket.line, column: edits[edit].indent + 1),
                    message: "'\(bytes.string(edits[edit].range))' is not closed on its slide",
                    hint: "put a ']' on a line of its own where it ends"))
        }
    }
}
