/// Puts content into templates and values into `{{key}}` (remark's `models/slide.js`), as far as the budget lasts.
enum Expansion {
    /// The template with `{{content}}` replaced by `text`, or with `text` after it.
    static func place(_ text: GroupText, in template: SlideGroup.Template, remaining: inout Int) -> GroupText {
        guard template.bytes.count <= remaining else { return text }
        remaining -= template.bytes.count
        var result = GroupText()
        var placed = false
        copy(template.bytes, lineMap: template.lineMap, to: &result) { key, result in
            guard key == "content", text.bytes.count <= remaining else { return false }
            remaining -= text.bytes.count
            placed = true
            result.insert(text)
            return true
        }
        if !placed {
            if !result.bytes.isEmpty { result.newLine(text.lineMap.first ?? 0) }
            result.insert(text)
        }
        return result
    }

    /// The text with `{{key}}` replaced by the property of that name; other keys stay as they are.
    static func expand(_ text: GroupText, _ properties: [String: String], remaining: inout Int) -> GroupText {
        var result = GroupText()
        copy(text.bytes, lineMap: text.lineMap, to: &result) { key, result in
            guard let value = properties[key], value.utf8.count <= remaining else { return false }
            remaining -= value.utf8.count
            result.bytes.append(contentsOf: value.utf8)
            return true
        }
        return result
    }

    /// Copies text; `replace` is asked for each `{{key}}` and appends what stands for it, or declines.
    private static func copy(
        _ bytes: [UInt8], lineMap: [Int32], to result: inout GroupText,
        replace: (String, inout GroupText) -> Bool
    ) {
        result.bytes.reserveCapacity(bytes.count)
        result.lineMap = [lineMap.first ?? 1]
        var line = 0
        var position = 0
        bytes.withUnsafeBufferPointer { bytes in
            while position < bytes.count {
                if bytes[position] == .leftBrace, let (key, end) = key(bytes, position) {
                    if position > 0, bytes[position - 1] == .backslash {
                        result.bytes.removeLast()
                    } else if replace(key, &result) {
                        position = end
                        continue
                    }
                    result.bytes.append(contentsOf: bytes[position..<end])
                    position = end
                    continue
                }
                result.bytes.append(bytes[position])
                if bytes[position] == .lineFeed {
                    line += 1
                    result.lineMap.append(lineMap[min(line, lineMap.count - 1)])
                }
                position += 1
            }
        }
    }

    /// The key of `{{key}}` at `position`, and the offset after it.
    private static func key(_ bytes: Bytes, _ position: Int) -> (String, Int)? {
        guard position + 1 < bytes.count, bytes[position + 1] == .leftBrace else { return nil }
        var end = position + 2
        let limit = min(bytes.count, position + 258)
        while end < limit, bytes[end] != .rightBrace, bytes[end] != .lineFeed { end += 1 }
        guard end > position + 2, end + 1 < bytes.count, bytes[end] == .rightBrace, bytes[end + 1] == .rightBrace
        else { return nil }
        return (bytes.string(bytes.trimmed(position + 2..<end)), end + 2)
    }
}

extension GroupText {
    /// Appends `other` at the end of the present line.
    mutating func insert(_ other: GroupText) {
        guard !other.bytes.isEmpty else { return }
        if bytes.isEmpty {
            self = other
            return
        }
        if bytes.last == .lineFeed, let first = other.lineMap.first { lineMap[lineMap.count - 1] = first }
        bytes += other.bytes
        lineMap += other.lineMap.dropFirst()
    }
}
