/// Finds bytes in bytes.
package enum ByteSearch {
    /// Whether `needle` is in `bytes`.
    package static func contains(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool {
        needle.isEmpty || count(of: needle, in: bytes, atMost: 1) == 1
    }

    /// How often `needle` is in `bytes`, side by side (Knuth, Morris, Pratt: linear); an empty one never.
    package static func count(of needle: [UInt8], in bytes: [UInt8], atMost most: Int = .max) -> Int {
        guard !needle.isEmpty else { return 0 }
        var found = 0
        var failure = [Int](repeating: 0, count: needle.count)
        var length = 0
        for index in needle.indices.dropFirst() {
            while length > 0, needle[index] != needle[length] { length = failure[length - 1] }
            if needle[index] == needle[length] { length += 1 }
            failure[index] = length
        }
        length = 0
        for byte in bytes {
            while length > 0, byte != needle[length] { length = failure[length - 1] }
            if byte == needle[length] { length += 1 }
            guard length == needle.count else { continue }
            found += 1
            if found == most { break }
            length = 0
        }
        return found
    }
}
