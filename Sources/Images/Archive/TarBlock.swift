/// A block of 512 bytes, as a header.
struct TarBlock {
    static let size = 512

    let bytes: [UInt8]

    var isZero: Bool { bytes.allSatisfy { $0 == 0 } }

    var type: UInt8 { bytes[156] }

    /// The sum of all bytes, with spaces where the sum stands; some old programs added them as signed.
    var hasValidChecksum: Bool {
        var unsigned: Int64 = 0
        var signed: Int64 = 0
        for (index, byte) in bytes.enumerated() {
            let value = (148..<156).contains(index) ? 32 : byte
            unsigned += Int64(value)
            signed += Int64(Int8(bitPattern: value))
        }
        guard let written = try? number(at: 148, 8) else { return false }
        return written == unsigned || written == signed
    }

    private var isUstar: Bool { bytes[257..<262].elementsEqual("ustar".utf8) }
    /// `ustar\0` of POSIX; GNU writes `ustar  ` and keeps other things where the prefix stands.
    private var isPosix: Bool { isUstar && bytes[262] == 0 }

    var name: [UInt8] {
        let name = string(at: 0, 100)
        guard isPosix else { return name }
        let prefix = string(at: 345, 155)
        return prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
    }

    var linkName: [UInt8] { string(at: 157, 100) }

    func size() throws(ImageError) -> Int64 {
        let size = try number(at: 124, 12)
        guard size >= 0, size < 1 << 60 else { throw ImageError(.malformed, "a size in the archive makes no sense") }
        return size
    }

    private func string(at offset: Int, _ length: Int) -> [UInt8] {
        Array(bytes[offset..<offset + length].prefix { $0 != 0 })
    }

    /// A number in octal, or in base 256 when the first bit is set.
    func number(at offset: Int, _ length: Int) throws(ImageError) -> Int64 {
        let field = bytes[offset..<offset + length]
        if let first = field.first, first & 0x80 != 0 {
            let isNegative = first & 0x40 != 0
            var value: Int64 = isNegative ? -1 : 0
            for (index, byte) in field.enumerated() {
                let digit = index == 0 ? (isNegative ? byte | 0x80 : byte & 0x7F) : byte
                guard value >= -(1 << 54), value < 1 << 54 else {
                    throw ImageError(.malformed, "a number in the archive is too large")
                }
                value = value << 8 | Int64(digit)
            }
            return value
        }
        var value: Int64 = 0
        var hasDigit = false
        for byte in field {
            if byte == 32 || byte == 0 {
                if hasDigit { break }
                continue
            }
            guard byte >= 48, byte <= 55 else { throw ImageError(.malformed, "a number in the archive makes no sense") }
            value = value << 3 | Int64(byte - 48)
            hasDigit = true
        }
        return value
    }
}
