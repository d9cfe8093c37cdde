import Synchronization

/// Takes the values of secrets out of what a step prints, before anybody keeps or shows it: also when a value comes in
/// several pieces. Each is shown as `***`.
///
/// A value of fewer than four bytes is no secret that could be kept so: every other word of the output would be one.
final class SecretMask: Sendable {
    static let shortest = 4
    private static let shown = Array("***".utf8)

    /// Longest first, so that of two that begin at the same place the longer one is taken.
    private let patterns: [[UInt8]]
    private let held = Mutex<[BuildStream: [UInt8]]>([:])

    init(_ secrets: some Sequence<BuildSecret>) {
        var patterns: Set<[UInt8]> = []
        for secret in secrets {
            let value = Self.trimmed(secret.bytes[...])
            if value.count >= Self.shortest { patterns.insert(Array(value)) }
            // Of a key or a list of settings, each line that is long enough to be telling; `cat -n` and `grep` print lines.
            let lines = value.split(separator: UInt8(ascii: "\n"))
            guard lines.count > 1, lines.count <= 1000 else { continue }
            for line in lines where Self.trimmed(line).count >= 2 * Self.shortest {
                patterns.insert(Array(Self.trimmed(line)))
            }
        }
        self.patterns = patterns.sorted { a, b in
            a.count == b.count ? a.lexicographicallyPrecedes(b) : a.count > b.count
        }
    }

    /// What may be shown of the bytes that came, and of those that were held back; the rest is held back as long as it
    /// may be the beginning of a secret.
    func pass(_ bytes: [UInt8], of stream: BuildStream) -> [UInt8] {
        guard !patterns.isEmpty else { return bytes }
        return held.withLock { held in
            let whole = (held[stream] ?? []) + bytes
            let (out, rest) = masked(whole)
            held[stream] = rest
            return out
        }
    }

    /// What is still held back, the output being over.
    func finish() -> [(stream: BuildStream, bytes: [UInt8])] {
        held.withLock { held in
            defer { held = [:] }
            return held.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap { stream, rest in
                rest.isEmpty ? nil : (stream, masked(rest, isLast: true).out)
            }
        }
    }

    /// A text that is complete.
    func text(_ text: String) -> String {
        guard !patterns.isEmpty else { return text }
        return String(decoding: masked(Array(text.utf8), isLast: true).out, as: UTF8.self)
    }

    /// - Parameter isLast: nothing comes after: what is but the beginning of a secret is none.
    private func masked(_ bytes: [UInt8], isLast: Bool = false) -> (out: [UInt8], rest: [UInt8]) {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            var isBeginning = false
            var found: [UInt8]?
            for pattern in patterns where pattern[0] == byte {
                let available = min(pattern.count, bytes.count - index)
                guard bytes[index..<index + available].elementsEqual(pattern[..<available]) else { continue }
                if available == pattern.count {
                    found = pattern
                    break
                }
                if isLast { continue }
                isBeginning = true
                break
            }
            if let found {
                out += Self.shown
                index += found.count
            } else if isBeginning {
                return (out, Array(bytes[index...]))
            } else {
                out.append(byte)
                index += 1
            }
        }
        return (out, [])
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let blank: Set<UInt8> = [9, 10, 13, 32]
        let start = bytes.firstIndex { !blank.contains($0) } ?? bytes.endIndex
        let end = bytes.lastIndex { !blank.contains($0) }.map { $0 + 1 } ?? start
        return bytes[start..<end]
    }
}
