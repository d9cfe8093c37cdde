/// Finds bytes in bytes.
package enum ByteSearch {
    /// Whether `needle` is in `bytes`.
    package static func contains(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool {
        needle.isEmpty || count(of: needle, in: bytes, atMost: 1) == 1
    }

    /// How often `needle` is in `bytes`, side by side; an empty one never.
    package static func count(of needle: [UInt8], in bytes: [UInt8], atMost most: Int = .max) -> Int {
        var search = ByteStreamSearch(needle)
        search.read(bytes, atMost: most)
        return search.count
    }
}

/// Finds bytes in a stream that is read in pieces (Knuth, Morris, Pratt): linear, and what it keeps from one piece to the
/// next does not grow with the stream.
package struct ByteStreamSearch: Sendable {
    private let needle: [UInt8]
    private let failure: [Int]
    /// How much of the needle the last bytes are.
    private var length = 0
    /// How often it was found, side by side; an empty one never.
    package private(set) var count = 0

    package init(_ needle: [UInt8]) {
        self.needle = needle
        var failure = [Int](repeating: 0, count: needle.count)
        var length = 0
        for index in needle.indices.dropFirst() {
            while length > 0, needle[index] != needle[length] { length = failure[length - 1] }
            if needle[index] == needle[length] { length += 1 }
            failure[index] = length
        }
        self.failure = failure
    }

    /// Goes on with the bytes that follow, until it has found `most` in all.
    package mutating func read(_ bytes: [UInt8], atMost most: Int = .max) {
        guard let first = needle.first, count < most else { return }
        var (length, count) = (length, count)
        bytes.withUnsafeBufferPointer { bytes in
            for byte in bytes {
                if length == 0 {
                    guard byte == first else { continue }
                } else {
                    while length > 0, byte != needle[length] { length = failure[length - 1] }
                }
                if byte == needle[length] { length += 1 }
                guard length == needle.count else { continue }
                count += 1
                length = 0
                if count == most { break }
            }
        }
        (self.length, self.count) = (length, count)
    }
}
