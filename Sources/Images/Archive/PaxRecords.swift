/// The records of a pax extended header (POSIX.1-2001) that mean something to an image.
struct PaxRecords {
    var path: [UInt8]?
    var linkTarget: [UInt8]?
    var size: Int64?
    var uid: Int64?
    var gid: Int64?
    var modified: FileTime?
    var attributes: [ExtendedAttribute] = []
    var sparse = Sparse()

    /// GNU's three ways to store a sparse file.
    struct Sparse {
        var major: Int64?
        var name: [UInt8]?
        var realSize: Int64?
        /// Offsets and lengths in turn.
        var map: [Int64] = []
    }

    init() {}

    /// Parses `length key=value\n` records.
    init(parsing bytes: [UInt8]) throws(ImageError) {
        let damaged = ImageError(.malformed, "a pax header in the archive is damaged")
        var position = 0
        while position < bytes.count {
            // GNU tar fills up with zeros.
            if bytes[position] == 0 { break }
            var length = 0
            var index = position
            while index < bytes.count, bytes[index] >= 48, bytes[index] <= 57, index - position < 8 {
                length = length * 10 + Int(bytes[index] - 48)
                index += 1
            }
            guard index > position, index < bytes.count, bytes[index] == 32, length > index - position + 1,
                length <= bytes.count - position, bytes[position + length - 1] == 10
            else { throw damaged }
            let record = bytes[(index + 1)..<(position + length - 1)]
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { throw damaged }
            let key = String(decoding: record[..<equals], as: UTF8.self)
            try set(key, Array(record[(equals + 1)...]), damaged)
            position += length
        }
    }

    private mutating func set(_ key: String, _ value: [UInt8], _ damaged: ImageError) throws(ImageError) {
        switch key {
        case "path": path = value.isEmpty ? nil : value
        case "linkpath": linkTarget = value.isEmpty ? nil : value
        case "size": size = try Self.number(value, damaged)
        case "uid": uid = try Self.number(value, damaged)
        case "gid": gid = try Self.number(value, damaged)
        case "mtime": modified = try Self.time(value, damaged)
        case "GNU.sparse.major": sparse.major = try Self.number(value, damaged)
        case "GNU.sparse.name": sparse.name = value
        case "GNU.sparse.realsize", "GNU.sparse.size": sparse.realSize = try Self.number(value, damaged)
        case "GNU.sparse.offset", "GNU.sparse.numbytes": sparse.map.append(try Self.number(value, damaged))
        case "GNU.sparse.map":
            sparse.map = []
            for part in value.split(separator: UInt8(ascii: ",")) {
                sparse.map.append(try Self.number(Array(part), damaged))
            }
        default:
            let prefix = "SCHILY.xattr."
            guard key.hasPrefix(prefix) else { return }
            let name = String(key.dropFirst(prefix.count))
            guard ExtendedAttribute.isPortable(name) else { return }
            attributes.append(ExtendedAttribute(name: name, value: value))
        }
    }

    private static func number(_ bytes: [UInt8], _ damaged: ImageError) throws(ImageError) -> Int64 {
        guard bytes.count <= 18, let value = Int64(String(decoding: bytes, as: UTF8.self)), value >= 0 else {
            throw damaged
        }
        return value
    }

    /// `[-]seconds[.fraction]`, any number of digits after the point.
    private static func time(_ bytes: [UInt8], _ damaged: ImageError) throws(ImageError) -> FileTime {
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].count <= 18, let seconds = Int64(String(decoding: parts[0], as: UTF8.self)) else {
            throw damaged
        }
        guard parts.count == 2 else { return FileTime(seconds: seconds) }
        var nanoseconds: UInt32 = 0
        var scale: UInt32 = 100_000_000
        for byte in parts[1] {
            guard byte >= 48, byte <= 57 else { throw damaged }
            nanoseconds += UInt32(byte - 48) * scale
            scale /= 10
        }
        guard bytes.first == UInt8(ascii: "-"), nanoseconds > 0 else {
            return FileTime(seconds: seconds, nanoseconds: nanoseconds)
        }
        return FileTime(seconds: seconds - 1, nanoseconds: 1_000_000_000 - nanoseconds)
    }
}
