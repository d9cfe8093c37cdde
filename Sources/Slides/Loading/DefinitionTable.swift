/// The link definitions of a deck. They hold everywhere: twenty slides of the public course use one that stands on
/// another slide.
struct DefinitionTable {
    private(set) var definitions: [LinkDefinition] = []
    private var byLabel: [String: Int] = [:]
    /// First letters of labels, one bit each; most brackets in a text are ruled out by them.
    private var firstLetters: UInt64 = 0

    var isEmpty: Bool { definitions.isEmpty }

    /// Adds a definition; the first of a label counts, as in CommonMark.
    mutating func add(_ definition: LinkDefinition) {
        let key = Self.normalized(definition.label)
        guard byLabel[key] == nil else { return }
        byLabel[key] = definitions.count
        firstLetters |= definition.label.utf8.first.map(Self.bit) ?? 0
        definitions.append(definition)
    }

    func index(of label: String) -> Int? { byLabel[Self.normalized(label)] }

    /// A bit for a label's first byte, the same in either case; other scripts share one.
    private static func bit(_ byte: UInt8) -> UInt64 {
        byte < 0x80 ? 1 << UInt64((byte.isLetter ? byte | 0x20 : byte) & 63) : 1 << 63
    }

    /// CommonMark 0.30, "matches": case folded, white space collapsed.
    private static func normalized(_ label: String) -> String {
        let isPlain = label.utf8.allSatisfy { $0 > .space && $0 < 0x80 && !($0 >= 0x41 && $0 <= 0x5A) }
        guard !isPlain else { return label }
        return label.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Reads `[label]: <destination> "title"`, which is the whole of the line `range`.
    static func parse(_ bytes: Bytes, line range: Range<Int>, number: Int) -> LinkDefinition? {
        let start = bytes.skipBlanks(from: range.lowerBound, limit: range.upperBound)
        guard start < range.upperBound, bytes[start] == .leftBracket else { return nil }
        var position = start + 1
        let labelLimit = min(range.upperBound, start + 1000)
        while position < labelLimit, bytes[position] != .rightBracket, bytes[position] != .leftBracket {
            position += bytes[position] == .backslash ? 2 : 1
        }
        guard position + 1 < range.upperBound, bytes[position] == .rightBracket, bytes[position + 1] == .colon else {
            return nil
        }
        let label = bytes.trimmed(start + 1..<position)
        // `[^1]:` is a footnote elsewhere; here it is a definition like any other.
        guard !label.isEmpty else { return nil }
        position = bytes.skipBlanks(from: position + 2, limit: range.upperBound)
        var destination = position
        var destinationEnd: Int
        if position < range.upperBound, bytes[position] == .less {
            destination += 1
            destinationEnd = destination
            while destinationEnd < range.upperBound, bytes[destinationEnd] != .greater { destinationEnd += 1 }
            position = destinationEnd + 1
        } else {
            destinationEnd = position
            while destinationEnd < range.upperBound, !bytes[destinationEnd].isBlank { destinationEnd += 1 }
            position = destinationEnd
        }
        guard destinationEnd > destination else { return nil }
        let rest = bytes.trimmed(min(position, range.upperBound)..<range.upperBound)
        var title = ""
        if !rest.isEmpty {
            let (open, close) = (bytes[rest.lowerBound], bytes[rest.upperBound - 1])
            let isQuoted =
                (open == .quote && close == .quote) || (open == .apostrophe && close == .apostrophe)
                || (open == .leftParenthesis && close == .rightParenthesis)
            guard rest.count >= 2, isQuoted else { return nil }
            title = bytes.string(rest.lowerBound + 1..<rest.upperBound - 1)
        }
        return LinkDefinition(
            label: bytes.string(label), destination: bytes.string(destination..<destinationEnd), title: title,
            line: number)
    }

    /// The definitions that `text` may use, as Markdown that is put before it: one line each, and how many.
    func prelude(for text: Bytes) -> (bytes: [UInt8], lines: Int) {
        guard !isEmpty else { return ([], 0) }
        var used: [Int] = []
        var seen: Set<Int> = []
        var open = -1
        for position in 0..<text.count {
            switch text[position] {
            case .leftBracket: open = position + 1
            case .rightBracket:
                guard open >= 0 else { continue }
                let start = text.skipBlanks(from: open, limit: position)
                if position > start, position - open < 1000,
                    text[start] == .lineFeed || firstLetters & Self.bit(text[start]) != 0,
                    let index = index(of: text.string(open..<position)),
                    seen.insert(index).inserted
                {
                    used.append(index)
                }
                open = -1
            default: continue
            }
        }
        guard !used.isEmpty else { return ([], 0) }
        var bytes: [UInt8] = []
        for index in used {
            bytes.append(.leftBracket)
            bytes.append(contentsOf: definitions[index].label.utf8)
            bytes.append("]: <")
            bytes.append(LinkDefinition.mark)
            bytes.append(contentsOf: String(index).utf8)
            bytes.append(">\n")
        }
        bytes.append(.lineFeed)
        return (bytes, used.count + 1)
    }
}
