/// Changes valid inputs into ones that are almost valid: the same ones for the same seed.
struct Mutator {
    private var random: SplitMix
    private let seeds: [[UInt8]]
    /// Words that mean something to the parser.
    private let words: [[UInt8]]

    /// No input grows beyond this.
    private let longest: Int

    init(seeds: [[UInt8]], words: [String], longest: Int, seed: UInt64) {
        self.longest = longest
        self.seeds = seeds
        self.words = words.map { Array($0.utf8) }
        random = SplitMix(state: seed)
    }

    /// The input of an iteration: made anew from the seeds, so that none depends on those before it.
    mutating func input() -> [UInt8] {
        var bytes = pick(seeds) ?? []
        for _ in 0..<[1, 1, 2, 3, 5, 9][below(6)] { change(&bytes) }
        if bytes.count > longest { bytes.removeLast(bytes.count - longest) }
        return bytes
    }

    /// A number from 0 up to `bound`, which is not reached; 0 when there is none.
    mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(random.next() % UInt64(bound)) : 0 }

    private mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[below(elements.count)]
    }

    private mutating func range(_ bytes: [UInt8]) -> Range<Int> {
        let start = below(bytes.count)
        let longest = [4, 32, 512, bytes.count][below(4)]
        return start..<min(bytes.count, start + 1 + below(longest))
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else {
            bytes = pick(words) ?? [UInt8(truncatingIfNeeded: random.next())]
            return
        }
        let place = below(bytes.count)
        switch below(12) {
        case 0, 1: bytes[place] ^= 1 << UInt8(below(8))
        case 2: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 3: overwrite(&bytes, at: place, with: extreme())
        case 4: bytes.removeLast(bytes.count - place)
        case 5: bytes.removeSubrange(range(bytes))
        case 6:
            let part = Array(bytes[range(bytes)])
            bytes.insert(contentsOf: part, at: place)
        case 7:
            let other = pick(seeds) ?? []
            guard !other.isEmpty else { return }
            let part = other[range(other)]
            if below(2) == 0 {
                bytes.insert(contentsOf: part, at: place)
            } else {
                overwrite(&bytes, at: place, with: part)
            }
        case 8: bytes.insert(contentsOf: pick(words) ?? [], at: place)
        case 9: overwrite(&bytes, at: place, with: pick(words) ?? [])
        case 10:
            let part = Array(bytes[range(bytes)].prefix(64))
            let many = [2, 40, 400, 4000][below(4)]
            bytes.insert(contentsOf: (0..<many).flatMap { _ in part }, at: place)
        default: number(&bytes)
        }
    }

    private func overwrite(_ bytes: inout [UInt8], at place: Int, with part: some Collection<UInt8>) {
        for (index, byte) in part.enumerated() where place + index < bytes.count { bytes[place + index] = byte }
    }

    private static let numbers: [UInt64] = [
        0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
        0x1_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, .max, .max - 7,
    ]

    /// A number at the edge of some width, as two to eight bytes in either order.
    private mutating func extreme() -> [UInt8] {
        let value = pick(Self.numbers) ?? 0
        let bytes = (0..<[2, 4, 8][below(3)]).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
        return below(2) == 0 ? bytes : bytes.reversed()
    }

    /// Replaces a number that is written in digits.
    private mutating func number(_ bytes: inout [UInt8]) {
        let isDigit = { (byte: UInt8) in byte >= 48 && byte <= 57 }
        let start = below(bytes.count)
        guard let first = bytes[start...].firstIndex(where: isDigit) else { return }
        let end = bytes[first...].firstIndex { !isDigit($0) } ?? bytes.count
        let value = pick(Self.numbers) ?? 0
        switch below(4) {
        case 0: bytes.replaceSubrange(first..<end, with: String(value).utf8)
        case 1: bytes.replaceSubrange(first..<end, with: "-\(value)".utf8)
        case 2: bytes.replaceSubrange(first..<end, with: String(repeating: "9", count: 1 + below(40)).utf8)
        // As wide as it was: fields of fixed width stay where they are.
        default: for index in first..<end { bytes[index] = 48 + UInt8(below(8)) }
        }
    }
}

/// A sequence of numbers that is the same each time.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
