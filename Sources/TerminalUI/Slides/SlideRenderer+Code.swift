import Slides

extension SlideRenderer {
    /// A fence: set off by four blanks, so that what is copied from it is code and nothing else.
    func code(_ fence: Fence, _ context: Context) -> [StyledLine] {
        var label: [String] = []
        if context.labelsFences { label.append("[\(fence.index + 1)]") }
        if let name = fence.name { label.append(name) }
        let head = label.isEmpty ? [] : [StyledLine(label.joined(separator: " "), .muted).indented(2)]
        return head + codeLines(fence.displayText, context)
    }

    func codeLines(_ text: String, _ context: Context) -> [StyledLine] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
        let style = Style.code.adding(context.style)
        return lines.map { StyledLine(expandTabs($0), style).indented(4) }
    }
}

/// Tabs as blanks up to the next multiple of eight columns.
func expandTabs(_ line: some StringProtocol) -> String {
    guard line.utf8.contains(0x09) else { return String(line) }
    var out = ""
    var column = 0
    for character in line {
        if character == "\t" {
            let blanks = 8 - column % 8
            out += String(repeating: " ", count: blanks)
            column += blanks
        } else {
            out.append(character)
            column += DisplayWidth.of(character)
        }
    }
    return out
}

/// Text without what stands between angle brackets.
func withoutTags(_ text: String) -> String {
    var out = ""
    var rest = text[...]
    guard let lastClose = text.lastIndex(of: ">") else { return text }
    while let open = rest.firstIndex(of: "<"), open < lastClose {
        out += rest[..<open]
        let after = rest.index(after: open)
        let next = text[after]
        guard next.isLetter || "/!?".contains(next), let close = rest[after...].firstIndex(of: ">") else {
            out.append("<")
            rest = rest[after...]
            continue
        }
        rest = rest[rest.index(after: close)...]
    }
    return out + rest
}
