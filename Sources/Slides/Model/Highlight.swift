/// remark's `highlightSpans`: backticks around a part of a line of code.
enum Highlight {
    /// The line without its highlight backticks. In pairs, left to right; an odd one stays, and so does what stands
    /// inside `$(...)`, where a backtick is the shell's.
    static func removed(from line: String) -> String {
        let bytes = Array(line.utf8)
        guard bytes.contains(.backtick) else { return line }
        var marks: [Int] = []
        var depth = 0
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case .backslash: index += 1
            case .dollar where index + 1 < bytes.count && bytes[index + 1] == .leftParenthesis:
                depth += 1
                index += 1
            case .leftParenthesis where depth > 0: depth += 1
            case .rightParenthesis where depth > 0: depth -= 1
            case .backtick where depth == 0: marks.append(index)
            default: break
            }
            index += 1
        }
        if marks.count % 2 == 1 { marks.removeLast() }
        guard !marks.isEmpty else { return line }
        var out: [UInt8] = []
        var mark = 0
        for (index, byte) in bytes.enumerated() {
            if mark < marks.count, marks[mark] == index {
                mark += 1
            } else {
                out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
