import Foundation
import Testing

@testable import Checks

@Suite struct ELFReaderTests {
    /// A 64-bit, little-endian file with an interpreter, two needed libraries and a run path.
    private static func sample() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 0x400)
        func put(_ value: UInt64, at offset: Int, _ count: Int) {
            for index in 0..<count { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index))) }
        }
        func text(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { bytes[offset + index] = byte }
        }
        bytes.replaceSubrange(0..<7, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1])
        put(3, at: 16, 2)
        put(62, at: 18, 2)
        put(64, at: 32, 8)
        put(56, at: 54, 2)
        put(3, at: 56, 2)
        put(0x300, at: 40, 8)
        put(64, at: 58, 2)
        put(1, at: 60, 2)
        put(2, at: 0x304, 4)  // a symbol table
        // PT_LOAD of the whole file at 0x10000, PT_DYNAMIC at 0x200, PT_INTERP at 0x180.
        for (index, (kind, offset, address, size)) in [
            (1, 0, 0x10000, 0x400), (2, 0x200, 0x10200, 0x80), (3, 0x180, 0x10180, 0x20),
        ].enumerated() {
            let start = 64 + 56 * index
            put(UInt64(kind), at: start, 4)
            put(UInt64(offset), at: start + 8, 8)
            put(UInt64(address), at: start + 16, 8)
            put(UInt64(size), at: start + 32, 8)
        }
        text("/lib64/ld.so", at: 0x180)
        for (index, (tag, value)) in [(1, 1), (1, 11), (29, 21), (5, 0x10280), (0, 0)].enumerated() {
            put(UInt64(tag), at: 0x200 + 16 * index, 8)
            put(UInt64(value), at: 0x208 + 16 * index, 8)
        }
        text("libc.so.6", at: 0x281)
        text("libm.so.6", at: 0x28B)
        text("/opt/a:/opt/b", at: 0x295)
        return bytes
    }

    private func read(_ bytes: some Sequence<UInt8>) -> ELFSummary? {
        var reader = ELFReader(Array(bytes))
        return reader.read()
    }

    @Test func seesThatTheEndIsMissing() throws {
        #expect(try #require(read(Self.sample())).isCutOff == false)
        #expect(try #require(read(Self.sample().dropLast())).isCutOff)
        #expect(try #require(read(Self.sample() + [0])).isCutOff == false)
    }

    @Test func readsWhatAVerdictNeeds() throws {
        let elf = try #require(read(Self.sample()))
        #expect(elf.machine == "x86_64")
        #expect(elf.type == .shared)
        #expect(elf.interpreter == "/lib64/ld.so")
        #expect(elf.needed == ["libc.so.6", "libm.so.6"])
        #expect(elf.runPaths == ["/opt/a", "/opt/b"])
        #expect(!elf.isStripped)
        #expect(!elf.isStatic)
    }

    @Test func readsAProgramOfThisMachine() throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "/proc/self/exe")))
        let elf = try #require(read(bytes))
        #expect(elf.interpreter?.hasPrefix("/lib") == true)
        #expect(elf.needed.contains { $0.hasPrefix("libc.so") })
    }

    /// Any prefix, and any byte changed: an answer, never a crash.
    @Test func survivesWhatAnEnemyWrites() {
        let sample = Self.sample()
        for length in 0..<sample.count {
            var reader = ELFReader(Array(sample[..<length]))
            if length < 64 { #expect(reader.read() == nil) } else { _ = reader.read() }
        }
        var random = SplitMix(seed: 7)
        for _ in 0..<5000 {
            var bytes = sample
            for _ in 0..<8 {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            var reader = ELFReader(bytes)
            if let elf = reader.read() { #expect(elf.needed.count <= 1000) }
        }
    }

    @Test(
        arguments: [
            ([], FileContent.empty), (Array("#!/bin/sh\necho".utf8), .script("/bin/sh")),
            (Array("#! /usr/bin/env python\n".utf8), .script("/usr/bin/env")), (Array("int main".utf8), .text),
            ([0, 1, 2], .binary), ([0x7F, 0x45, 0x4C, 0x46], .binary), (Array("#!".utf8), .script("")),
        ] as [([UInt8], FileContent)])
    func knowsContentByItsFirstBytes(_ bytes: [UInt8], _ expected: FileContent) {
        let content = FileContent(size: UInt64(bytes.count)) { offset, count in
            Array(bytes.dropFirst(Int(offset)).prefix(count))
        }
        #expect(content == expected)
    }
}

/// A small generator of numbers that are the same in every run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
