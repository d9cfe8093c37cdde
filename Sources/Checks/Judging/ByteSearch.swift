/// Finds bytes in bytes.
package enum ByteSearch {
    /// Whether `needle` is in `bytes` (Knuth, Morris, Pratt: linear).
    package static func contains(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool {
        guard !needle.isEmpty else { return true }
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
            if length == needle.count { return true }
        }
        return false
    }
}
