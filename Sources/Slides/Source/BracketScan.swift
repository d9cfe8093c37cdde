/// Whether a class block is open at the end of a stretch of text.
///
/// To remark, what stands between `.name[` and its bracket is not split, so a separator there is text.
struct BracketScan {
    /// The open brackets, innermost last: whether each opens a class.
    private var stack: [Bool] = []
    private(set) var openClasses = 0

    /// Reads on over `range`, leaving out code in lines and fences; stops where the last open class is closed when
    /// `stopsWhenClosed`, and says whether it did.
    mutating func scan(
        _ bytes: Bytes, _ range: Range<Int>, fences: ArraySlice<FenceSpan>, stopsWhenClosed: Bool = false
    ) -> Bool {
        var position = range.lowerBound
        var lineStart = position
        var fence = fences.startIndex
        while position < range.upperBound {
            if position == lineStart {
                while fence < fences.endIndex, fences[fence].open < position { fence += 1 }
                if fence < fences.endIndex, fences[fence].open == position {
                    position = max(position + 1, min(fences[fence].close, range.upperBound))
                    lineStart = fences[fence].closeLine == nil ? position : position + 1
                    fence += 1
                    continue
                }
            }
            switch bytes[position] {
            case .lineFeed: lineStart = position + 1
            case .backslash: position += 1
            case .backtick: position = bytes.afterCodeSpan(position, limit: range.upperBound) - 1
            case .leftBracket:
                let start = bytes.classListStart(before: position, max(lineStart, range.lowerBound))
                let isClass = start.map { $0 == 0 || bytes[$0 - 1] != .backslash } ?? false
                stack.append(isClass)
                if isClass { openClasses += 1 }
            case .rightBracket:
                if stack.popLast() == true {
                    openClasses -= 1
                    if openClasses == 0, stopsWhenClosed { return true }
                }
            default: break
            }
            position += 1
        }
        return false
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The offset after the code span that starts at `position` and ends on its line, or after its backticks when nothing
    /// closes it there.
    func afterCodeSpan(_ position: Int, limit: Int) -> Int {
        var end = position
        while end < limit, self[end] == .backtick { end += 1 }
        let length = end - position
        guard length <= 16 else { return end }
        var candidate = end
        while candidate < limit, self[candidate] != .lineFeed {
            guard self[candidate] == .backtick else {
                candidate += 1
                continue
            }
            let runStart = candidate
            while candidate < limit, self[candidate] == .backtick { candidate += 1 }
            if candidate - runStart == length { return candidate }
        }
        return end
    }
}
