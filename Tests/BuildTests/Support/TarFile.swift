/// A tar archive read by the book (POSIX.1-2001, "pax Interchange Format"), apart from the reader under test.
struct TarFile {
    struct Entry {
        var path: String
        var type: UInt8
        var mode: Int
        var uid: Int
        var gid: Int
        var modified: Int
        var link: String
        var content: ArraySlice<UInt8>
    }

    var entries: [Entry] = []

    init(_ bytes: [UInt8]) {
        var offset = 0
        var extended: [String: String] = [:]
        while offset + 512 <= bytes.count {
            let at = offset
            let block = bytes[at..<at + 512]
            if block.allSatisfy({ $0 == 0 }) { break }
            func text(_ start: Int, _ length: Int) -> String {
                String(decoding: block[(at + start)..<(at + start + length)].prefix { $0 != 0 }, as: UTF8.self)
            }
            func number(_ start: Int, _ length: Int) -> Int {
                Int(text(start, length).split { $0 == " " }.first ?? "0", radix: 8) ?? 0
            }
            let size = extended["size"].flatMap { Int($0) } ?? number(124, 12)
            let type = block[at + 156]
            let content = bytes[min(offset + 512, bytes.count)..<min(offset + 512 + size, bytes.count)]
            offset += 512 + (size + 511) / 512 * 512
            if type == UInt8(ascii: "x") {
                extended = Self.records(content)
                continue
            }
            var path = text(0, 100)
            let prefix = text(345, 155)
            if !prefix.isEmpty { path = prefix + "/" + path }
            entries.append(
                Entry(
                    path: extended["path"] ?? path, type: type, mode: number(100, 8),
                    uid: extended["uid"].flatMap { Int($0) } ?? number(108, 8),
                    gid: extended["gid"].flatMap { Int($0) } ?? number(116, 8), modified: number(136, 12),
                    link: extended["linkpath"] ?? text(157, 100), content: content))
            extended = [:]
        }
    }

    /// `length key=value\n`, again and again.
    private static func records(_ content: ArraySlice<UInt8>) -> [String: String] {
        var found: [String: String] = [:]
        var rest = content
        while let space = rest.firstIndex(of: UInt8(ascii: " ")),
            let length = Int(String(decoding: rest[rest.startIndex..<space], as: UTF8.self)), length > 0,
            length <= rest.count
        {
            let record = rest[(space + 1)..<(rest.startIndex + length - 1)]
            if let equals = record.firstIndex(of: UInt8(ascii: "=")) {
                found[String(decoding: record[record.startIndex..<equals], as: UTF8.self)] = String(
                    decoding: record[(equals + 1)...], as: UTF8.self)
            }
            rest = rest[(rest.startIndex + length)...]
        }
        return found
    }
}
