extension CourseLoader.Piece {
    /// Replaces `@@KEY@@`, `@@LINK[path]` and `@@INCLUDE[path]`; the includes that were not found, and their lines.
    mutating func substitute(
        _ manifest: CourseManifest, remaining: inout Int, include: (String) -> [UInt8]?
    ) -> [(path: String, line: Int)] {
        var out = GroupText()
        var missing: [(String, Int)] = []
        let map = lineMap
        var line = 0
        func source(_ line: Int) -> Int32 { map.map { $0[Swift.min(line, $0.count - 1)] } ?? Int32(line + 1) }
        out.lineMap = [source(0)]
        text.withUnsafeBufferPointer { bytes in
            var position = 0
            while position < bytes.count {
                let byte = bytes[position]
                if byte == 0x40, position + 1 < bytes.count, bytes[position + 1] == 0x40,
                    let found = Substitution(bytes, position)
                {
                    var value: [UInt8]?
                    switch found.kind {
                    case .value(let key):
                        value = manifest.values[key].map { Array($0.utf8) }
                    case .link(let path):
                        let base = manifest.values["gitrepo"].map { "https://\($0)/tree/main/" } ?? ""
                        value = Array("[\(path)](\(base)\(path))".utf8)
                    case .include(let path):
                        value = include(path)
                        if value == nil { missing.append((path, Int(source(line)))) }
                        // The line feed after the mark is the file's last.
                        if value?.last == .lineFeed { value?.removeLast() }
                    }
                    if let value, value.count <= remaining {
                        remaining -= value.count
                        out.append(value, at: source(line))
                        position = found.end
                        continue
                    }
                }
                out.bytes.append(byte)
                if byte == .lineFeed {
                    line += 1
                    out.lineMap.append(source(line))
                }
                position += 1
            }
        }
        text = out.bytes
        lineMap = out.lineMap
        return missing
    }

    /// Replaces every `mark` by `value`, whose lines all count as the mark's.
    mutating func replace(_ mark: StaticString, with value: [UInt8], remaining: inout Int) {
        var out = GroupText()
        var line = 0
        let map = lineMap
        func source(_ line: Int) -> Int32 { map.map { $0[Swift.min(line, $0.count - 1)] } ?? Int32(line + 1) }
        out.lineMap = [source(0)]
        text.withUnsafeBufferPointer { bytes in
            var position = 0
            while position < bytes.count {
                if bytes.starts(with: mark, at: position, limit: bytes.count), value.count <= remaining {
                    remaining -= value.count
                    out.append(value, at: source(line))
                    position += mark.utf8CodeUnitCount
                    continue
                }
                out.bytes.append(bytes[position])
                if bytes[position] == .lineFeed {
                    line += 1
                    out.lineMap.append(source(line))
                }
                position += 1
            }
        }
        text = out.bytes
        lineMap = out.lineMap
    }
}

extension GroupText {
    /// Appends text all of which came from one line.
    fileprivate mutating func append(_ value: [UInt8], at line: Int32) {
        bytes += value
        for byte in value where byte == .lineFeed { lineMap.append(line) }
    }
}

/// Something between `@@` and `@@`, or `@@LINK[...]`.
private struct Substitution {
    enum Kind {
        case value(String)
        case link(String)
        case include(String)
    }

    var kind: Kind
    var end: Int

    init?(_ bytes: Bytes, _ start: Int) {
        let limit = min(bytes.count, start + 1024)
        var position = start + 2
        while position < limit, bytes[position].isLetter { position += 1 }
        guard position > start + 2, position < limit else { return nil }
        let word = bytes.string(start + 2..<position)
        if bytes[position] == .leftBracket, word == "LINK" || word == "INCLUDE" {
            var close = position + 1
            while close < limit, bytes[close] != .rightBracket, bytes[close] != .lineFeed { close += 1 }
            guard close < limit, bytes[close] == .rightBracket, close > position + 1 else { return nil }
            let path = bytes.string(position + 1..<close)
            kind = word == "LINK" ? .link(path) : .include(path)
            end = close + 1
            return
        }
        guard bytes.starts(with: "@@", at: position, limit: bytes.count), word != "TOC" else { return nil }
        kind = .value(word.lowercased())
        end = position + 2
    }
}
