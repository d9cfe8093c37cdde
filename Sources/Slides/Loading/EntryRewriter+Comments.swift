import Diagnostics

extension EntryRewriter {
    /// Removes the comment at `position`; the offset after it.
    mutating func comment(at position: Int, number: Int) -> Int {
        let limit = text.slice.upperBound
        let end = bytes.find("-->", in: position + 2..<limit).map { $0 + 3 } ?? limit
        edits.append(Edit(range: position..<end, kind: .remove))
        noticeComment(position..<end, number)
        if let directive = DirectiveReader.read(bytes, comment: position..<end, line: number) {
            text.directives.append(EntryText.FoundDirective(directive: directive, isInNotes: false))
        } else if !isPastFirstChunk, let (property, after) = PropertyReader.comment(bytes, position..<limit),
            after == end, let property
        {
            text.properties.append(property)
        }
        return end
    }

    private mutating func noticeComment(_ range: Range<Int>, _ line: Int) {
        let text = bytes.trimmed(range.lowerBound + 4..<max(range.lowerBound + 4, range.upperBound - 3))
        if !bytes.starts(with: "-->", at: range.upperBound - 3, limit: range.upperBound) {
            findings.append(
                Diagnostic(
                    id: "unclosed-comment", severity: .warning, range: SourceRange(line: line),
                    message: "a comment is not closed on its slide and hides the rest of it",
                    hint: "close it with '-->'; a line '--', '---' or '???' inside it ends the slide"))
        }
        // Only a near miss of `lesson:` in front of a verb; other people's comments are their own.
        var end = text.lowerBound
        while end < text.upperBound, bytes[end].isWord, end - text.lowerBound < 16 { end += 1 }
        guard end > text.lowerBound, end < text.upperBound, bytes[end] == .colon else { return }
        let word = bytes.string(text.lowerBound..<end)
        guard word != DirectiveReader.namespace, Suggestion.nearest(to: word, among: [DirectiveReader.namespace]) != nil
        else { return }
        let verbStart = bytes.skipBlanks(from: end + 1, limit: text.upperBound)
        var verbEnd = verbStart
        while verbEnd < text.upperBound, bytes[verbEnd].isWord, verbEnd - verbStart < 32 { verbEnd += 1 }
        guard Directive.Kind(rawValue: bytes.string(verbStart..<verbEnd)) != nil else { return }
        findings.append(
            Diagnostic(
                id: "misspelt-namespace", severity: .warning, range: SourceRange(line: line),
                message: "'\(word):' in a comment is no directive", hint: "did you mean 'lesson:'?"))
    }
}
