import OCI

/// Writes the headers of a tar archive: ustar where it suffices, pax records before it where it does not, the same
/// choice as Go's `archive/tar` makes for Docker. No access time, no user names: nothing that depends on the machine.
///
/// Times are whole seconds, as Docker's and containerd's layers have them.
enum TarHeader {
    /// The largest number eight octal digits less one can hold.
    private static let octal7 = Int64(0o7777777)
    private static let octal11 = Int64(0o77777777777)

    /// The bytes of an entry in an archive: headers, content and padding.
    static func storedSize(of entry: TarEntry) -> Int64 {
        let records = records(of: entry).bytes.count
        let extended = records == 0 ? 0 : 512 + roundUp(Int64(records))
        return roundUp(entry.kind == .file ? entry.size : 0).addingSize(extended + 512)
    }

    /// To whole blocks; the largest number stays what it is.
    static func roundUp(_ size: Int64) -> Int64 { size > .max - 511 ? size : (size + 511) / 512 * 512 }

    /// All headers of an entry.
    static func encode(_ entry: TarEntry) -> [UInt8] {
        let (records, split) = records(of: entry)
        var out: [UInt8] = []
        if !records.isEmpty {
            out += block(
                name: extendedName(entry.path), prefix: [], mode: 0, uid: 0, gid: 0, size: Int64(records.count),
                modified: 0, type: UInt8(ascii: "x"), link: [], major: 0, minor: 0)
            out += records
            out += [UInt8](repeating: 0, count: Int(roundUp(Int64(records.count))) - records.count)
        }
        let type: UInt8
        switch entry.kind {
        case .file: type = UInt8(ascii: "0")
        case .hardLink: type = UInt8(ascii: "1")
        case .symlink: type = UInt8(ascii: "2")
        case .characterDevice: type = UInt8(ascii: "3")
        case .blockDevice: type = UInt8(ascii: "4")
        case .directory: type = UInt8(ascii: "5")
        case .fifo: type = UInt8(ascii: "6")
        }
        let size = entry.kind == .file ? entry.size : 0
        out += block(
            name: split?.name ?? Array(entry.path.prefix(100)), prefix: split?.prefix ?? [], mode: entry.mode & 0o7777,
            uid: Int64(entry.uid) > octal7 ? 0 : Int64(entry.uid),
            gid: Int64(entry.gid) > octal7 ? 0 : Int64(entry.gid), size: size > octal11 ? 0 : size,
            modified: fits(entry.modified) ? entry.modified.seconds : 0, type: type,
            link: Array(entry.linkTarget.prefix(100)), major: entry.deviceMajor, minor: entry.deviceMinor)
        return out
    }

    private static func fits(_ time: FileTime) -> Bool { time.seconds >= 0 && time.seconds <= octal11 }

    /// The pax records an entry needs, in the order of their keys, and how its name is split when ustar holds it.
    private static func records(of entry: TarEntry) -> (bytes: [UInt8], name: (prefix: [UInt8], name: [UInt8])?) {
        var records: [(key: String, value: [UInt8])] = []
        for attribute in entry.attributes { records.append(("SCHILY.xattr." + attribute.name, attribute.value)) }
        if Int64(entry.gid) > octal7 { records.append(("gid", Array(String(entry.gid).utf8))) }
        if Int64(entry.uid) > octal7 { records.append(("uid", Array(String(entry.uid).utf8))) }
        if !entry.linkTarget.isEmpty, entry.linkTarget.count > 100 || !isASCII(entry.linkTarget) {
            records.append(("linkpath", entry.linkTarget))
        }
        if !fits(entry.modified) { records.append(("mtime", Array(String(entry.modified.seconds).utf8))) }
        let split = split(entry.path)
        if split == nil { records.append(("path", entry.path)) }
        if entry.kind == .file, entry.size > octal11 { records.append(("size", Array(String(entry.size).utf8))) }
        guard !records.isEmpty else { return ([], split) }
        records.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        var out: [UInt8] = []
        for record in records {
            // The length counts itself.
            let rest = record.key.utf8.count + record.value.count + 3
            var length = rest + String(rest).utf8.count
            if rest + String(length).utf8.count != length { length = rest + String(length).utf8.count }
            out += Array(String(length).utf8)
            out.append(UInt8(ascii: " "))
            out += Array(record.key.utf8)
            out.append(UInt8(ascii: "="))
            out += record.value
            out.append(UInt8(ascii: "\n"))
        }
        return (out, split)
    }

    private static func isASCII(_ bytes: [UInt8]) -> Bool { bytes.allSatisfy { $0 < 0x80 } }

    /// A path as ustar's prefix and name, or nil when it does not fit or is not ASCII.
    private static func split(_ path: [UInt8]) -> (prefix: [UInt8], name: [UInt8])? {
        guard isASCII(path) else { return nil }
        if path.count <= 100 { return ([], path) }
        guard path.count <= 256 else { return nil }
        // The last slash that leaves at most 155 bytes before it, as Go chooses; a slash at the end is no place to cut.
        var length = path.count
        if length > 156 { length = 156 } else if path.last == UInt8(ascii: "/") { length -= 1 }
        guard let slash = path[..<length].lastIndex(of: UInt8(ascii: "/")) else { return nil }
        let name = Array(path[(slash + 1)...])
        guard slash > 0, slash <= 155, !name.isEmpty, name.count <= 100 else { return nil }
        return (Array(path[..<slash]), name)
    }

    /// `dir/PaxHeaders.0/name`, cut to what fits, ASCII only.
    private static func extendedName(_ path: [UInt8]) -> [UInt8] {
        let parts = path.split(separator: UInt8(ascii: "/"))
        let directory = parts.dropLast().joined(separator: [UInt8(ascii: "/")])
        var name = Array(directory)
        if !name.isEmpty { name.append(UInt8(ascii: "/")) }
        name += Array("PaxHeaders.0/".utf8)
        name += parts.last.map { Array($0) } ?? []
        return Array(name.filter { $0 < 0x80 }.prefix(100))
    }

    private static func block(
        name: [UInt8], prefix: [UInt8], mode: UInt32, uid: Int64, gid: Int64, size: Int64, modified: Int64, type: UInt8,
        link: [UInt8], major: UInt32, minor: UInt32
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: some Collection<UInt8>, at offset: Int) {
            for (index, byte) in bytes.enumerated() { block[offset + index] = byte }
        }
        func octal(_ value: Int64, at offset: Int, _ length: Int) {
            let digits = String(value, radix: 8)
            put((String(repeating: "0", count: max(0, length - 1 - digits.utf8.count)) + digits).utf8, at: offset)
        }
        put(name, at: 0)
        octal(Int64(mode), at: 100, 8)
        octal(uid, at: 108, 8)
        octal(gid, at: 116, 8)
        octal(size, at: 124, 12)
        octal(modified, at: 136, 12)
        put("        ".utf8, at: 148)
        block[156] = type
        put(link, at: 157)
        put("ustar\u{0}00".utf8, at: 257)
        octal(Int64(major), at: 329, 8)
        octal(Int64(minor), at: 337, 8)
        put(prefix, at: 345)
        let sum = block.reduce(0) { $0 + Int64($1) }
        octal(sum, at: 148, 7)
        block[155] = UInt8(ascii: " ")
        return block
    }
}
