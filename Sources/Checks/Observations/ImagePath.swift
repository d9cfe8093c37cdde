import Diagnostics

/// A path in an image: bytes, since names need not be UTF-8 and two spellings of one text are two names.
///
/// Always absolute, without `.`, `..`, doubled or trailing slashes; the root is `/`.
package struct ImagePath: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
    package let bytes: [UInt8]

    private static let slash = UInt8(ascii: "/")

    /// Normalises what it is given; a missing slash at the front is added, `..` at the root stays there.
    package init(bytes: some Sequence<UInt8>) {
        var parts: [ArraySlice<UInt8>] = []
        for part in Array(bytes).split(separator: Self.slash) {
            if part.elementsEqual([UInt8(ascii: ".")]) { continue }
            if part.elementsEqual([UInt8(ascii: "."), UInt8(ascii: ".")]) {
                _ = parts.popLast()
                continue
            }
            parts.append(part)
        }
        self.bytes = parts.isEmpty ? [Self.slash] : parts.flatMap { [Self.slash] + $0 }
    }

    package init(_ text: String) {
        self.init(bytes: Array(text.utf8))
    }

    /// The path of a name as a listing has it: relative to the root, with nothing to normalise.
    package init(listed name: [UInt8]) {
        bytes = [UInt8](unsafeUninitializedCapacity: name.count + 1) { buffer, count in
            buffer[0] = Self.slash
            _ = UnsafeMutableBufferPointer(rebasing: buffer[1...]).initialize(from: name)
            count = name.count + 1
        }
    }

    package static let root = ImagePath("/")

    package var isRoot: Bool { bytes.count == 1 }

    /// The last name; empty for the root.
    package var name: [UInt8] {
        guard let last = bytes.lastIndex(of: Self.slash) else { return bytes }
        return Array(bytes[(last + 1)...])
    }

    /// The directory it is in; nil for the root.
    package var parent: ImagePath? {
        guard !isRoot, let last = bytes.lastIndex(of: Self.slash) else { return nil }
        return last == 0 ? .root : ImagePath(normalized: Array(bytes[..<last]))
    }

    /// The path as text; invalid UTF-8 is repaired, so use it for matching and messages, never to find a file.
    package var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Safe to show.
    package var description: String { SafeText(bytes: bytes).description }

    package func appending(_ relative: [UInt8]) -> ImagePath { ImagePath(bytes: bytes + [Self.slash] + relative) }

    /// What is left of it below `directory`: nil when it is not there, empty when it is the directory itself.
    package func suffix(below directory: ImagePath) -> [UInt8]? {
        if directory.isRoot { return isRoot ? [] : Array(bytes.dropFirst()) }
        guard bytes.starts(with: directory.bytes) else { return nil }
        if bytes.count == directory.bytes.count { return [] }
        guard bytes[directory.bytes.count] == Self.slash else { return nil }
        return Array(bytes[(directory.bytes.count + 1)...])
    }

    package static func == (a: ImagePath, b: ImagePath) -> Bool {
        a.bytes.count == b.bytes.count
            && a.bytes.withUnsafeBytes { first in
                b.bytes.withUnsafeBytes { Self.commonPrefix(first, $0) == first.count }
            }
    }

    package func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    package static func < (a: ImagePath, b: ImagePath) -> Bool {
        a.bytes.withUnsafeBytes { first in
            b.bytes.withUnsafeBytes { second in
                let index = commonPrefix(first, second)
                return index < first.count && index < second.count
                    ? first[index] < second[index] : first.count < second.count
            }
        }
    }

    private init(normalized bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self.init(text)
        } else {
            self.init(bytes: try container.decode([UInt8].self))
        }
    }

    /// Text where it is UTF-8, else an array of bytes.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let text = String(validating: bytes, as: UTF8.self) {
            try container.encode(text)
        } else {
            try container.encode(bytes)
        }
    }
}

extension ImagePath {
    /// The order of a tree: what is in a directory follows it at once, siblings are sorted by their bytes.
    package static func precedesInTree(_ a: ImagePath, _ b: ImagePath) -> Bool {
        a.bytes.withUnsafeBytes { first in
            b.bytes.withUnsafeBytes { second in
                let index = commonPrefix(first, second)
                guard index < first.count else { return index < second.count }
                guard index < second.count else { return false }
                // A slash ends a name, so it comes before all that a name can go on with.
                guard first[index] != slash else { return true }
                return second[index] != slash && first[index] < second[index]
            }
        }
    }

    /// Whether it is in a directory, or in one of its directories.
    package func isBelow(_ directory: ImagePath) -> Bool {
        if directory.isRoot { return !isRoot }
        let count = directory.bytes.count
        guard bytes.count > count, bytes[count] == Self.slash else { return false }
        return bytes.withUnsafeBytes { own in
            directory.bytes.withUnsafeBytes { Self.commonPrefix(own, $0) == count }
        }
    }

    /// How many bytes are the same from the beginning.
    private static func commonPrefix(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
        let count = min(a.count, b.count)
        var index = 0
        while index + 8 <= count,
            a.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                == b.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        {
            index += 8
        }
        while index < count, a[index] == b[index] { index += 1 }
        return index
    }

    /// A name from outside as text that is safe to show, bytes that are no UTF-8 made visible.
    package static func shown(_ name: [UInt8]) -> String { SafeText(bytes: name).description }
}
