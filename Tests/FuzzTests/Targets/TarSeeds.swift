import Foundation

@testable import Images

/// Archives of every form that the reader knows.
struct TarSeeds {
    let archives: [[UInt8]]

    static let words = [
        "../", "/", "./", ".wh.", ".wh..wh..opq", "a/b", "GNU.sparse.major=1", "GNU.sparse.map=0,1", "path=", "size=",
        "SCHILY.xattr.user.a=", "\u{0}", "77777777777\u{0}", "ustar\u{0}00", "ustar  \u{0}", "mtime=-1.5", "20 path=",
    ]

    init() {
        func text(_ text: String) -> [UInt8] { Array(text.utf8) }
        let long = text("d/" + String(repeating: "n", count: 180))
        let plain = Self.archive([
            (TarEntry(path: text("d/"), kind: .directory, mode: 0o755), []),
            (TarEntry(path: text("d/a"), kind: .file), text("content")),
            (TarEntry(path: text("d/l"), kind: .symlink, linkTarget: text("../../x")), []),
            (TarEntry(path: text("d/h"), kind: .hardLink, linkTarget: text("d/a")), []),
            (TarEntry(path: text("d/f"), kind: .fifo), []),
            (TarEntry(path: text("d/c"), kind: .characterDevice, deviceMajor: 1, deviceMinor: 3), []),
            (TarEntry(path: text("d/.wh.gone"), kind: .file), []),
            (TarEntry(path: text("d/.wh..wh..opq"), kind: .file), []),
        ])
        let extended = Self.archive([
            (
                TarEntry(
                    path: long, kind: .file, modified: FileTime(seconds: -5),
                    attributes: [ExtendedAttribute(name: "user.note", value: [0, 255, 10, 61])]),
                [UInt8](repeating: 7, count: 1500)
            ),
            (TarEntry(path: text("l"), kind: .symlink, linkTarget: long), []),
        ])
        archives = [plain, extended, Self.gnuLongNames, Self.gnuSparse, Self.paxSparse]
    }

    static func archive(_ entries: [(TarEntry, [UInt8])]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (entry, content) in entries {
            var entry = entry
            if entry.kind == .file { entry.size = Int64(content.count) }
            bytes += TarHeader.encode(entry) + padded(content)
        }
        return bytes + [UInt8](repeating: 0, count: 1024)
    }

    /// An entry of another type than the writer makes.
    private static func entry(_ name: String, type: Character, content: [UInt8], header: [Int: [UInt8]] = [:])
        -> [UInt8]
    {
        var bytes = TarHeader.encode(TarEntry(path: Array(name.utf8), kind: .file, size: Int64(content.count)))
        bytes[156] = type.asciiValue ?? 0
        for (offset, value) in header { bytes.replaceSubrange(offset..<offset + value.count, with: value) }
        checksum(&bytes, at: 0)
        return bytes + padded(content)
    }

    private static func padded(_ content: [UInt8]) -> [UInt8] {
        content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    private static var gnuLongNames: [UInt8] {
        let name = Array((String(repeating: "long/", count: 21) + "name\u{0}").utf8)
        return entry("././@LongLink", type: "L", content: name)
            + entry("short", type: "0", content: Array("x".utf8))
            + entry("././@LongLink", type: "K", content: name) + entry("link", type: "2", content: [])
            + [UInt8](repeating: 0, count: 1024)
    }

    private static var gnuSparse: [UInt8] {
        let map = Array("00000000000\u{0}00000001000\u{0}00000010000\u{0}00000001000\u{0}".utf8)
        return entry(
            "sparse", type: "S", content: [UInt8](repeating: 1, count: 1024),
            header: [257: Array("ustar  \u{0}".utf8), 386: map, 483: Array("00000100000\u{0}".utf8)])
            + [UInt8](repeating: 0, count: 1024)
    }

    private static var paxSparse: [UInt8] {
        let records =
            "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n24 GNU.sparse.name=deep\n29 GNU.sparse.realsize=70000\n"
        let map = Array("2\n0\n512\n65536\n512\n".utf8)
        return entry("h", type: "x", content: Array(records.utf8))
            + entry("s", type: "0", content: padded(map) + [UInt8](repeating: 2, count: 1024))
            + [UInt8](repeating: 0, count: 1024)
    }

    static func checksum(_ bytes: inout [UInt8], at offset: Int) {
        for index in 148..<156 { bytes[offset + index] = 32 }
        let sum = bytes[offset..<offset + 512].reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        let text = String(repeating: "0", count: max(0, 6 - digits.count)) + digits + "\u{0} "
        for (index, byte) in text.utf8.enumerated() { bytes[offset + 148 + index] = byte }
    }

    /// Makes the checksums of what still looks like headers right, but for one time in eight.
    static func repair(_ bytes: inout [UInt8], _ mutator: inout Mutator) {
        guard mutator.below(8) > 0 else { return }
        var offset = 0
        while offset + 512 <= bytes.count {
            if bytes[offset + 257..<offset + 262].elementsEqual("ustar".utf8) { checksum(&bytes, at: offset) }
            offset += 512
        }
    }
}

/// Made by the programs of these names; nothing here can write them.
enum CompressedSeeds {
    static let bzip2 = bytes(
        """
        QlpoOTFBWSZTWXwsQuYAANP/////////////////////////////////////////////sAD7KxJgAJgACYAAAAAAAAAAAAAAAAAAAAAA
        AAAAAAAAAAAAAAAEUoCMNENMJgE0wTTAAmABMRgCYTDIAmEYmaATCYATTAAAE0xNGRpk0YAAAJkwEaZAwABMEwiUgNGgTamCYTACaYTC
        YjTIwAATRiYCGAjAgwmBGCaMCYCMEwENMEyMTABGAJiYACMmACGjATjCAhIiMkJRpM2DhghCABxQUlRWWcgtH8kuLzAxMuUZmhqbcs3Q
        gABAcnR2eG5wcnXZO+14wABAPRR8foCChIaIioyP20hJSktMTU5PUFFSU+4qKqt3e8rrCytLa4ury/32BhYmPwMjKzM4sY0NKeAAIDU1
        uwAAgNo0AAQG9xAAEAW4DBBBAHF3BoAAgJBAAg7rmNAAEDo6iABA7DAABA7q7wPAAEHeHvA0UAAIDyVPT2+Pr8/+WAgYKD80JCw0PERM
        VFxkb5470R8hIyUnKSstLzEzNTc5Ozs9P0FDRUdJS01PUVNVV1lbXV9hY2VnaWttb3FzdXd5e31/gYOFh4mLjY+Rk5WXmZudn6Gjpaep
        q62vsbO1t7m7vb/Bw8XHycvNz9HT1dfZ293f4ePl5+nr7e/x8/X3+fou5IpwoSD4WIXM
        """)
    static let xz = bytes(
        """
        /Td6WFoAAATm1rRGAgAhARAAAACocI6G4ANXAP9dADQZSduFXNHUIN+zdpKyr1HV3yjaG19TXCkL6Moxg4YAf5jnFl1skGbHICVgs4om
        pGzZCYYyywxQAUQU2uEzoEP3PZA7MCTjdSjdakd0GCohxz0iqTAuK3tFdrk7FNiv97qqB6aoj1DTM0ancKCQBEDRybwNKCqEBQIjzxa1
        6B87XOx37htmOsE6rjKJluDNlzYfxa5P5sJJuWkXQVedQxuk6CslJpBgmJ+OalUrcGPTmEbID6OdoKUOrMhKguGmluOpN7zkw2a/wNGo
        SJdBB7xdO2cR0jbpkxDpKhubk5v+CjmOpXldAHwDADXZK37fVGcqAmaAYiYhpad+8IajAAAAcmqDZ8GXrC4AAZsC2AYAAPmMWSmxxGf7
        AgAAAAAEWVo=
        """)
}

extension CompressedSeeds {
    private static func bytes(_ base64: String) -> [UInt8] {
        Data(base64Encoded: base64, options: .ignoreUnknownCharacters).map { [UInt8]($0) } ?? []
    }
}
