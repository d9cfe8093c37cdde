/// A YAML block at the start of a file, which presenterm and `slides` have and remark takes for two slides.
struct FrontMatter {
    var properties: [Property] = []
    /// The offset after it, and the line there.
    var end: Int
    var endLine: Int

    /// Reads it when the text starts with `---` and every line up to the next `---` can be YAML: a key, a list item, an
    /// indented line or a comment, no blank line. A first slide of properties ends otherwise.
    init?(_ bytes: Bytes) {
        guard bytes.starts(with: "---\n", at: 0, limit: bytes.count) else { return nil }
        var offset = 4
        var line = 2
        var hasKey = false
        while offset < bytes.count, line < 200 {
            let lineEnd = bytes.lineEnd(from: offset, limit: bytes.count)
            if bytes.starts(with: "---", at: offset, limit: lineEnd), lineEnd - offset == 3 {
                guard hasKey else { return nil }
                end = min(lineEnd + 1, bytes.count)
                endLine = line + 1
                return
            }
            guard lineEnd > offset, lineEnd - offset < 4096 else { return nil }
            let first = bytes[offset]
            var position = offset
            while position < lineEnd, bytes[position].isWord { position += 1 }
            if position > offset, position < lineEnd, bytes[position] == .colon,
                position + 1 == lineEnd || bytes[position + 1].isBlank
            {
                hasKey = true
                var value = bytes.trimmed(position + 1..<lineEnd)
                if value.count >= 2, bytes[value.lowerBound] == bytes[value.upperBound - 1],
                    bytes[value.lowerBound] == .quote || bytes[value.lowerBound] == .apostrophe
                {
                    value = value.lowerBound + 1..<value.upperBound - 1
                }
                properties.append(
                    Property(key: bytes.string(offset..<position), value: bytes.string(value)))
            } else if !hasKey || !(first.isBlank || first == .dash || first == .hash) {
                return nil
            }
            offset = lineEnd + 1
            line += 1
        }
        return nil
    }
}
